import IMAPSyntax
import LightMailCore

extension Session {
    /// RFC 9051 6.4.3, 6.4.9 (UID EXPUNGE, with a set), RFC 7162 3.2.7, 3.2.9. The responses are those of the sync exit.
    mutating func expunge(_ set: SequenceSet?) async throws -> Completion {
        let selected = try requireSelected()
        try requireWritable(selected)
        try require(.expunge, in: selected)
        var uids: UIDSet?
        if let set { uids = selected.uids(at: try selected.positions(of: set, uid: true)) }
        let removed = try await store.messages.expunge(
            account: selected.account, mailbox: selected.id, uids: uids, permit: try permit(.expunge, in: selected))
        guard usesQResync, removed > 0 else { return .ok(ResponseText("Done")) }
        try await synchronize(SyncScope(expunging: true, showingUIDs: set != nil))
        return .ok(ResponseText("Done", code: codeAfterExpunge))
    }

    /// RFC 9051 6.3.3: a mailbox opened with EXAMINE is not changed.
    func requireWritable(_ selected: SelectedMailbox) throws(CommandFailure) {
        if selected.isReadOnly { throw .no("Mailbox is open for reading only", .cannot) }
    }
}
