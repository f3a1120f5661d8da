import IMAPSyntax
import LightMailCore

extension Session {
    /// RFC 9051 6.4.6. Answered from the mailbox as it is afterwards.
    mutating func storeFlags(_ command: StoreCommand, uid: Bool) async throws -> Completion {
        let selected = try requireSelected()
        guard command.unchangedSince == nil else { throw CommandFailure.bad("No such modifier") }
        try requireWritable(selected)
        let uids = selected.uids(at: try selected.positions(of: command.messages, uid: uid))
        guard !uids.isEmpty else { return .ok(ResponseText("Done")) }
        let (flags, keywords) = try MessageFlags.split(command.operation.flags)
        let change = FlagChange(command.operation.change, flags, keywords)
        let outcome = try await store.messages.storeFlags(
            account: selected.account, mailbox: selected.id, uids: uids, change: change)
        var scope = SyncScope(expunging: uid, showingUIDs: uid)
        if command.operation.isSilent {
            let before = selected.view
            scope.isKnown = { index, position in
                uids.contains(index.uids[position]) && index.modSeqs[position] == outcome.modSeq
                    && change.explains(index, position, since: before)
            }
        } else {
            scope.always = uids
        }
        try await synchronize(scope)
        return .ok(ResponseText("Done"))
    }
}

extension StoreOperation {
    fileprivate var change: FlagChange.Operation {
        switch action {
        case .replace: .replace
        case .add: .add
        case .remove: .remove
        }
    }
}

extension FlagChange {
    /// Whether this change alone leads from the flags that a client knew to those that are there now.
    fileprivate func explains(_ index: MailboxIndex, _ position: Int, since before: MailboxIndex) -> Bool {
        guard let old = before.position(of: index.uids[position]) else { return false }
        var system = before.systemFlags(at: old)
        var names = Set(before.keywordList(at: old))
        switch operation {
        case .replace:
            system = flags
            names = Set(keywords)
        case .add:
            system.formUnion(flags)
            names.formUnion(keywords)
        case .remove:
            system.subtract(flags)
            names.subtract(keywords)
        }
        return system == index.systemFlags(at: position) && names == Set(index.keywordList(at: position))
    }
}
