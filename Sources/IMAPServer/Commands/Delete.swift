import IMAPSyntax

extension Session {
    /// RFC 9051 6.3.5. The names below it stay. A session that has it selected, this one too, loses it.
    mutating func delete(_ name: MailboxName) async throws -> Completion {
        let account = try requireAccount().id
        let path = try existingPath(name)
        if let selected {
            let isSelected = try await store.mailboxes.find(account, path).id == selected.id
            try await store.mailboxes.delete(account, path)
            if isSelected {
                leaveMailbox()
                out.append(.untagged(.ok(ResponseText("The mailbox is gone", code: .closed))))
            }
        } else {
            try await store.mailboxes.delete(account, path)
        }
        service.mailboxNames.forget(account, path)
        noteOwn(.deleted, path)
        return .ok(ResponseText("Deleted"))
    }
}
