import IMAPSyntax

extension Session {
    /// RFC 9051 6.3.5. The names below it stay. A session that has it selected, this one too, loses it.
    mutating func delete(_ name: MailboxName) async throws -> Completion {
        let target = try await reach(name, .delete)
        let (account, path) = (target.mailbox.account, target.mailbox.name)
        try await store.mailboxes.delete(account, path, permit: try permit(.delete, on: target))
        if target.mailbox.id == selected?.id {
            leaveMailbox()
            out.append(.untagged(.ok(ResponseText("The mailbox is gone", code: .closed))))
        }
        service.mailboxNames.forget(account, path)
        if target.isOwn { noteOwn(.deleted, path) }
        return .ok(ResponseText("Deleted"))
    }
}
