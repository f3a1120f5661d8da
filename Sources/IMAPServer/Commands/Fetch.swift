import IMAPSyntax
import LightMailCore

extension Session {
    /// RFC 9051 6.4.5, RFC 7162 3.1.4 (CHANGEDSINCE), RFC 9394 3.3 (PARTIAL). Messages that others have expunged are served as long as their rows
    /// rest.
    mutating func fetch(_ command: FetchCommand, uid: Bool) async throws -> Completion {
        guard !command.vanished || usesQResync else { throw CommandFailure.bad("Enable QRESYNC first") }
        let plan = FetchPlan(command, showingUID: uid && !usesUIDOnly)
        if plan.showsModSequence { becomeCondStoreAware() }
        let selected = try requireSelected()
        var positions = try selected.positions(of: command.messages, uid: uid)
        if let partial = command.partial { positions = positions.places(partial) }
        if let since = command.changedSince {
            if command.vanished { try await tellVanished(selected, command.messages, since: since) }
            positions = selected.view.positions(positions, changedSince: since)
        }
        let newlySeen = try await plan.setsSeen ? markSeen(selected, positions, uid: uid) : UIDSet()
        guard try await tell(plan, at: positions, newlySeen: newlySeen) == 0 else {
            throw CommandFailure.no("Some messages are gone", .expungeIssued)
        }
        return .ok(ResponseText("Done"))
    }

    /// The FETCH responses of messages.
    ///
    /// - Returns: how many messages are gone.
    mutating func tell(
        _ plan: FetchPlan, at positions: [Range<Int>], newlySeen: UIDSet = UIDSet()
    ) async throws -> Int {
        let selected = try requireSelected()
        let view = selected.view
        var missing = 0
        if plan.needsEnvelopesAtMost, newlySeen.isEmpty, !plan.needsDetails || positions.areClose {
            return try await tellQuickly(plan, at: positions)
        }
        for batch in positions.batches(of: Self.messagesAtOnce) {
            var details: [UID: MessageDetails] = [:]
            if plan.needsDetails {
                let uids = batch.map { view.uids[$0] }
                for detail in try await store.messages.details(
                    account: selected.account, mailbox: view, uids: uids, parts: plan.partsAtOnce)
                {
                    details[detail.uid] = detail
                }
            }
            var large = LargeHeaders(plan, batch.compactMap { details[view.uids[$0]] })
            for position in batch {
                var detail = details[view.uids[position]]
                if let uid = detail?.uid, large.contains(uid) {
                    detail = try await large.details(of: uid, plan, in: selected, store.messages)
                }
                if plan.needsDetails && detail == nil {
                    missing += 1
                    continue
                }
                try await fetchMessage(
                    at: position, plan, detail, showingFlags: newlySeen.contains(view.uids[position]))
            }
        }
        return missing
    }

    /// How many messages one round trip to the database asks for.
    static let messagesAtOnce = 1000

    /// RFC 7162 3.2.6, before the FETCH responses. `*` is the highest UID that a message has had: it may be gone.
    private mutating func tellVanished(
        _ selected: SelectedMailbox, _ set: SequenceSet, since: ModSeq
    ) async throws(StoreError) {
        var wanted = set.resolved(largest: selected.view.uidNext - 1)
        if set.includesSavedResult { wanted = SequenceSet(ranges: wanted + selected.savedResult.ranges).ranges }
        let gone = try await vanished(from: selected, since: since, wanted)
        if !gone.isEmpty { out.append(.vanished(SequenceSet(gone), earlier: true)) }
    }

    /// Sets \Seen on those that lack it, all at once, and tells what else changed meanwhile. Their flags are part of their
    /// FETCH responses.
    ///
    /// - Returns: the UIDs of those that lacked it.
    private mutating func markSeen(
        _ selected: SelectedMailbox, _ positions: [Range<Int>], uid: Bool
    ) async throws -> UIDSet {
        // RFC 4314 4: without the right s it stays unseen.
        guard !selected.isReadOnly, selected.rights.contains(.seen) else { return UIDSet() }
        var unseen = UIDSet()
        for range in positions {
            for position in range where !selected.view.systemFlags(at: position).contains(.seen) {
                unseen.append(selected.view.uids[position])
            }
        }
        guard !unseen.isEmpty else { return unseen }
        _ = try await store.messages.storeFlags(
            account: selected.account, mailbox: selected.id, uids: unseen, change: FlagChange(.add, .seen))
        var scope = SyncScope(expunging: false, showingUIDs: uid)
        scope.telling = { [unseen] index, position in unseen.contains(index.uids[position]) ? .nothing : .flags }
        try await synchronize(scope)
        return unseen
    }
}

extension MailboxIndex {
    /// Those of the positions whose mod-sequence is higher.
    fileprivate func positions(_ positions: [Range<Int>], changedSince modSeq: ModSeq) -> [Range<Int>] {
        var changed: [Range<Int>] = []
        for position in positions.joined() where modSeqs[position] > modSeq {
            if let last = changed.last, last.upperBound == position {
                changed[changed.count - 1] = last.lowerBound..<position + 1
            } else {
                changed.append(position..<position + 1)
            }
        }
        return changed
    }
}

extension [Range<Int>] {
    /// Whether most of what lies between the first and the last is in the ranges.
    fileprivate var areClose: Bool {
        guard let first = first?.lowerBound, let last = last?.upperBound else { return true }
        return last - first <= 2 * reduce(0) { $0 + $1.count }
    }

    /// RFC 9394 3.3: those of the numbers that are in these places.
    fileprivate func places(_ partial: PartialRange) -> [Range<Int>] {
        var places = partial.places(among: reduce(0) { $0 + $1.count })
        var result: [Range<Int>] = []
        for range in self {
            let chosen = places.clamped(to: 0..<range.count)
            if !chosen.isEmpty {
                result.append(range.lowerBound + chosen.lowerBound..<range.lowerBound + chosen.upperBound)
            }
            places = Swift.max(places.lowerBound - range.count, 0)..<Swift.max(places.upperBound - range.count, 0)
        }
        return result
    }

    /// The numbers in the ranges, some at a time.
    func batches(of size: Int) -> [[Int]] {
        var batches: [[Int]] = []
        var batch: [Int] = []
        for number in joined() {
            batch.append(number)
            if batch.count == size {
                batches.append(batch)
                batch = []
            }
        }
        if !batch.isEmpty { batches.append(batch) }
        return batches
    }
}
