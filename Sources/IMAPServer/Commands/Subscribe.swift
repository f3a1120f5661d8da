import IMAPSyntax

extension Session {
    /// RFC 9051 6.3.7. The mailbox need not exist.
    mutating func subscribe(_ name: MailboxName) async throws -> Completion {
        let path = try name.path
        try await store.mailboxes.subscribe(try requireAccount().id, path)
        noteOwn(.subscribed, path)
        return .ok(ResponseText("Subscribed"))
    }
}
