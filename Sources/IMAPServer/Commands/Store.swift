import IMAPSyntax
import LightMailCore

extension Session {
    /// RFC 9051 6.4.6, RFC 7162 3.1.3 (UNCHANGEDSINCE), RFC 4314 4 (rights). Answered from the mailbox as it is afterwards.
    mutating func storeFlags(_ command: StoreCommand, uid: Bool) async throws -> Completion {
        if command.unchangedSince != nil { becomeCondStoreAware() }
        let selected = try requireSelected()
        try requireWritable(selected)
        let uids = selected.uids(at: try selected.positions(of: command.messages, uid: uid))
        guard !uids.isEmpty else { return .ok(ResponseText("Done")) }
        let (flags, keywords) = try MessageFlags.split(command.operation.flags)
        try requireRights(for: flags, keywords, command.operation, in: selected)
        let change = FlagChange(command.operation.change, flags, keywords, rights: selected.rights)
        let outcome = try await store.messages.storeFlags(
            account: selected.account, mailbox: selected.id, uids: uids, change: change,
            unchangedSince: command.unchangedSince.map { UnchangedSince($0, view: selected.view) },
            permit: try permit(selected.rights.intersection([.seen, .write, .deleteMessages]), in: selected))
        try await synchronize(scope(of: command, change, uids, outcome, selected, uid: uid))
        return completion(outcome, selected, isSilent: command.operation.isSilent, uid: uid)
    }

    /// RFC 4314 4: refused only when nothing of what is named may be changed; FLAGS names every flag.
    private func requireRights(
        for flags: MessageFlags, _ keywords: [LightMailCore.Keyword], _ operation: StoreOperation,
        in selected: SelectedMailbox
    ) throws(CommandFailure) {
        let allowed = selected.rights.flags
        let named = operation.action == .replace ? .all : flags
        let mayWrite = selected.rights.contains(.write) && (operation.action == .replace || !keywords.isEmpty)
        guard named.isDisjoint(with: allowed), !mayWrite, !named.isEmpty || !keywords.isEmpty else { return }
        throw .no("You have no right to change these flags", .noPerm)
    }

    /// What the client is told of the messages: their flags, or with .SILENT those that others changed too; the
    /// mod-sequence of what a conditional STORE changed even then, and the flags of what it left alone.
    private func scope(
        of command: StoreCommand, _ change: FlagChange, _ uids: UIDSet, _ outcome: StoreOutcome,
        _ selected: SelectedMailbox, uid: Bool
    ) -> SyncScope {
        // What is gone is known by then.
        var scope = SyncScope(expunging: uid, showingUIDs: uid, isFresh: outcome.missing > 0)
        guard command.operation.isSilent else {
            scope.always = uids
            return scope
        }
        let before = selected.view
        scope.telling = { index, position in
            let uid = index.uids[position]
            let modSeq = index.modSeqs[position]
            guard uids.contains(uid), let old = before.position(of: uid) else { return .flags }
            let isOwn = modSeq == outcome.modSeq && change.explains(index, position, since: before, old)
            return isOwn || modSeq == before.modSeqs[old] ? .modSequence : .flags
        }
        if command.unchangedSince != nil {
            scope.always = outcome.failed
            scope.confirmed = uids
        }
        return scope
    }

    /// MODIFIED names what was left alone. Message numbers of what others have expunged are answered NO, so that the
    /// client looks; UIDs of it are no error (RFC 9051 6.4.9).
    private func completion(
        _ outcome: StoreOutcome, _ selected: SelectedMailbox, isSilent: Bool, uid: Bool
    ) -> Completion {
        var code: ResponseCode?
        if !outcome.failed.isEmpty {
            let numbers = outcome.failed.ranges.joined().compactMap { failed in
                uid ? failed : selected.view.position(of: failed).map { UInt32($0) + 1 }
            }
            code = .modified(SequenceSet(ascending: numbers))
        }
        guard outcome.missing == 0 || uid || isSilent else {
            return .no(ResponseText("Some messages are gone", code: code ?? .expungeIssued))
        }
        return .ok(ResponseText(code == nil ? "Done" : "Some messages were changed by others", code: code))
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
    fileprivate func explains(
        _ index: MailboxIndex, _ position: Int, since before: MailboxIndex, _ old: Int
    ) -> Bool {
        var system = before.systemFlags(at: old)
        var names = Set(before.keywordList(at: old))
        switch operation {
        case .replace:
            system = system.intersection(keptFlags).union(flags)
            if !keepsKeywords { names = Set(keywords) }
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
