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
    /// UIDs whose mod-sequence the client is told in any case.
    var confirmed = UIDSet()
    /// What the client is told of a changed message, given the new index and its position there.
    var telling: (MailboxIndex, Int) -> Telling = { _, _ in .flags }

    enum Telling {
        case flags
        /// The client knows the flags; the mod-sequence is news where it keeps these.
        case modSequence
        /// It will be told otherwise.
        case nothing
    }
}

extension Session {
    /// At the end of a command: a failure of the store does not make its reply wrong, and is told another time.
    mutating func synchronizeQuietly(expunging: Bool, showingUIDs: Bool, _ ending: inout Ending) async {
        do {
            try await synchronize(SyncScope(expunging: expunging, showingUIDs: showingUIDs))
            holdBackModSeq()
        } catch let error as StoreError where error.kind == .notFound {
            loseMailbox(&ending)
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
        if selected?.watch.isDirty == true { try await reviewRights() }
        guard var selected else { return }
        var scope = scope
        // RFC 5465 5.1
        if notifications != nil { scope.showingUIDs = true }
        let isDirty = selected.watch.take()
        if isDirty || scope.isFresh {
            do {
                let newest = try await store.indexes.refresh(account: selected.account, mailbox: selected.id)
                selected.watch.note(newest.highestModSeq)
                selected.newest = newest
            } catch {
                selected.watch.mark()
                throw error
            }
        }
        guard let read = selected.newest else {
            if !scope.always.isEmpty || !scope.confirmed.isEmpty { try await announceFlags([], selected, scope) }
            return
        }
        let old = selected.view
        let (newest, delta) = Self.change(from: old, to: read)
        if scope.expunging || delta.expunged.isEmpty {
            tellContexts(expunged: delta.expunged)
            selected.contexts = self.selected?.contexts ?? []
            announceExpunges(delta)
            selected.view = newest
            selected.newest = nil
            selected.toldModSeq = newest.highestModSeq
        } else {
            selected.view = newest.keeping(expungedOf: old)
        }
        self.selected = selected
        await announceMessages(delta, old)
        let isTold = notifications?.selected?.tellsFlags ?? true
        if let selected = self.selected { try await announceFlags(isTold ? delta.changed : [], selected, scope) }
        try await announceContent(delta.added)
        try await tellContexts(changed: delta.changed + delta.added)
    }

    /// What a view becomes, and how. A message that an administrator restored under its old UID would push others to
    /// numbers that no response can tell of: sessions that have the mailbox open go on without it.
    private static func change(
        from old: MailboxIndex, to read: MailboxIndex
    ) -> (newest: MailboxIndex, delta: MailboxDelta) {
        var delta = MailboxDelta(from: old, to: read)
        let restored = delta.added.prefix { $0 < old.uidNext }
        guard !restored.isEmpty else { return (read, delta) }
        delta.added.removeFirst(restored.count)
        return (read.without(restored), delta)
    }

    /// EXPUNGE (RFC 9051 7.5.1), or VANISHED once QRESYNC or UIDONLY is enabled (RFC 7162 3.2.10, RFC 9586 3.4).
    private mutating func announceExpunges(_ delta: MailboxDelta) {
        if usesQResync || usesUIDOnly {
            out.append(.vanished(SequenceSet(delta.vanished), earlier: false))
        } else {
            // From the last to the first, so that no number changes before it is told.
            for position in delta.expunged.reversed() { out.append(.expunge(UInt32(position) + 1)) }
        }
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

    /// FETCH responses with the flags of messages that changed, or that the client wants to see. What is gone is left to
    /// EXPUNGE.
    private mutating func announceFlags(
        _ changed: [UID], _ selected: SelectedMailbox, _ scope: SyncScope
    ) async throws(ConnectionClosed) {
        let view = selected.view
        for uid in merge(changed, scope.always, scope.confirmed) {
            guard let position = view.position(of: uid), selected.newest?.position(of: uid) != .some(nil) else {
                continue
            }
            let telling = scope.always.contains(uid) ? .flags : scope.telling(view, position)
            guard telling == .flags || (telling == .modSequence && isCondStoreAware) else { continue }
            beginFetch(at: position, view, showingUID: scope.showingUIDs || isCondStoreAware)
            if telling == .flags { out.fetchFlags(selected.flags(at: position)) }
            if isCondStoreAware { out.fetchModSequence(showModSequence(at: position)) }
            out.endFetch()
            try await flush()
        }
    }

    /// Begins the FETCH response of a message, for a client without message numbers a UIDFETCH response (RFC 9586 3.6).
    mutating func beginFetch(at position: Int, _ view: MailboxIndex, showingUID: Bool = true) {
        if usesUIDOnly {
            out.beginUIDFetch(view.uids[position])
        } else {
            out.beginFetch(UInt32(position) + 1)
            if showingUID { out.fetchUID(view.uids[position]) }
        }
    }

    private func merge(_ changed: [UID], _ sets: UIDSet...) -> [UID] {
        if sets.allSatisfy(\.isEmpty) { return changed }
        var merged = Set(changed)
        for set in sets { merged.formUnion(set.ranges.joined()) }
        return merged.sorted()
    }
}
