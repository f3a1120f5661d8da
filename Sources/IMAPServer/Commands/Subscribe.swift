import IMAPSyntax

extension Session {
    /// RFC 9051 6.3.7. The mailbox need not exist.
    mutating func subscribe(_ name: MailboxName) async throws -> Completion {
        try await store.mailboxes.subscribe(try requireAccount().id, try name.path)
        return .ok(ResponseText("Subscribed"))
    }
}
