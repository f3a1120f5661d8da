import IMAPSyntax

extension Session {
    /// RFC 9051 6.3.8. A name that is not subscribed is no error.
    mutating func unsubscribe(_ name: MailboxName) async throws -> Completion {
        let path = try name.path
        try await store.mailboxes.unsubscribe(try requireAccount().id, path)
        noteOwn(.unsubscribed, path)
        return .ok(ResponseText("Unsubscribed"))
    }
}
