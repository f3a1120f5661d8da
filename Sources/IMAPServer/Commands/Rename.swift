import IMAPSyntax

extension Session {
    /// RFC 9051 6.3.6. Messages of INBOX move to the new mailbox; INBOX stays.
    mutating func rename(_ old: MailboxName, to new: MailboxName) async throws -> Completion {
        let account = try requireAccount().id
        let path = try existingPath(old)
        let target = try new.path
        try await store.mailboxes.rename(account, from: path, to: target)
        noteOwn(path.isInbox ? .created : .renamed, target)
        service.mailboxNames.forget(account, path)
        return .ok(ResponseText("Renamed"))
    }
}
