import IMAPSyntax
import LightMailCore

extension Session {
    /// RFC 9051 6.3.6. Messages of INBOX move to the new mailbox; INBOX stays.
    mutating func rename(_ old: MailboxName, to new: MailboxName) async throws -> Completion {
        let account = try requireAccount().id
        let path = try existingPath(old)
        let target = try new.path
        if OtherUsers.contains(path) || OtherUsers.contains(target) {
            return try await renameShared(old, account, to: target)
        }
        try await store.mailboxes.rename(account, from: path, to: target)
        noteOwn(path.isInbox ? .created : .renamed, target)
        service.mailboxNames.forget(account, path)
        return .ok(ResponseText("Renamed"))
    }

    /// RFC 4314 4: with the right x on it and on all below it, and k on the mailbox that it will be below. Nothing goes from
    /// one account to another by its name.
    private mutating func renameShared(
        _ old: MailboxName, _ account: AccountID, to target: MailboxPath
    ) async throws -> Completion {
        let source = try await reach(old, .delete)
        let place = try await store.access.place(account, target)
        guard place.owner == source.mailbox.account else {
            throw CommandFailure.no("A mailbox stays with its owner", .cannot)
        }
        try await store.mailboxes.rename(
            place.owner, from: source.mailbox.name, to: place.path, by: source.isOwn ? nil : account)
        return .ok(ResponseText("Renamed"))
    }
}
