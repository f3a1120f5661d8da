import IMAPSyntax
import LightMailCore
import LightMailDaemon

// The sync exit: tells the client what it does not know yet of the selected mailbox, and moves its view on.

/// What a synchronisation tells, and what it leaves out.
struct SyncScope {
    /// Whether messages may vanish, and numbers with them.
    var expunging: Bool
    /// Whether FETCH holds the UID.
    var showingUIDs: Bool
    /// Whether to ask the store even when nothing is known to have changed.
    var isFresh = false
    /// UIDs whose flags the client is told in any case.
    var always = UIDSet()
    /// Whether a changed message is left out, given its UID and position in the new index: the client knows, or will
    /// be told otherwise.
    var isKnown: (MailboxIndex, Int) -> Bool = { _, _ in false }
}

extension Session {
    /// At the end of a command: a failure of the store does not make its reply wrong, and is told another time.
    mutating func synchronizeQuietly(expunging: Bool, showingUIDs: Bool, _ ending: inout Ending) async {
        do {
            try await synchronize(SyncScope(expunging: expunging, showingUIDs: showingUIDs))
        } catch let error as StoreError where error.kind == .notFound {
            out.append(.bye(ResponseText("The mailbox was deleted")))
            ending.action = .close
        } catch let error as StoreError {
            logger.warning("cannot look for changes", metadata: [LogKey.error: "\(error)"])
        } catch {
            ending.action = .abort
        }
    }

    /// Tells the client what changed.
    ///
    /// - Throws: `StoreError`, with notFound when the mailbox is gone; `ConnectionClosed`.
    mutating func synchronize(_ scope: SyncScope) async throws {
        guard var selected else { return }
        let isDirty = selected.watch.take()
        if isDirty || scope.isFresh {
            do {
                selected.newest = try await store.indexes.refresh(account: selected.account, mailbox: selected.id)
            } catch {
                selected.watch.mark()
                throw error
            }
        }
        guard let newest = selected.newest else {
            if !scope.always.isEmpty { try await announceFlags([], selected, scope) }
            return
        }
        let old = selected.view
        let delta = MailboxDelta(from: old, to: newest)
        if scope.expunging || delta.expunged.isEmpty {
            // From the last to the first, so that no number changes before it is told.
            for position in delta.expunged.reversed() { out.append(.expunge(UInt32(position) + 1)) }
            selected.view = newest
            selected.newest = nil
        } else {
            selected.view = newest.keeping(expungedOf: old)
        }
        self.selected = selected
        await announceMessages(delta, old)
        if let selected = self.selected { try await announceFlags(delta.changed, selected, scope) }
    }

    /// EXISTS and RECENT, and new keywords.
    private mutating func announceMessages(_ delta: MailboxDelta, _ old: MailboxIndex) async {
        guard var selected else { return }
        if selected.view.dictionary != old.dictionary {
            out.append(.flags(selected.knownFlags))
            out.append(.untagged(.ok(ResponseText("Flags that are kept", code: selected.permanentFlags))))
        }
        guard let first = delta.added.first else { return }
        if !selected.isReadOnly, first >= old.uidNext {
            // Without an answer they are not recent here; that they exist has to be told in any case.
            let claimed = try? await store.mailboxes.claimRecent(
                account: selected.account, mailbox: selected.id, from: old.uidNext, to: selected.view.uidNext)
            if let claimed = claimed.flatMap(\.self) {
                selected.recent.append(claimed.lowerBound...(claimed.upperBound - 1))
                self.selected = selected
            }
        }
        out.append(.exists(UInt32(selected.view.count)))
        if !isRev2 { out.append(.recent(selected.recentCount)) }
    }

    /// FETCH responses with the flags of messages that changed, or that the client wants to see.
    private mutating func announceFlags(
        _ changed: [UID], _ selected: SelectedMailbox, _ scope: SyncScope
    ) async throws(ConnectionClosed) {
        let view = selected.view
        for uid in merge(changed, scope.always) {
            guard let position = view.position(of: uid) else { continue }
            guard scope.always.contains(uid) || !scope.isKnown(view, position) else { continue }
            out.beginFetch(UInt32(position) + 1)
            if scope.showingUIDs { out.fetchUID(uid) }
            out.fetchFlags(selected.flags(at: position))
            out.endFetch()
            try await flush()
        }
    }

    private func merge(_ changed: [UID], _ always: UIDSet) -> [UID] {
        if always.isEmpty { return changed }
        var merged = always.ranges.flatMap { Array($0) }
        merged.append(contentsOf: changed.filter { !always.contains($0) })
        merged.sort()
        return merged
    }
}
