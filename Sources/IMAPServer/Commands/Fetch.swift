import IMAPSyntax
import LightMailCore

extension Session {
    /// RFC 9051 6.4.5. Messages that others have expunged are served as long as their rows rest.
    mutating func fetch(_ command: FetchCommand, uid: Bool) async throws -> Completion {
        let plan = try FetchPlan(command, uid: uid)
        let selected = try requireSelected()
        let positions = try selected.positions(of: command.messages, uid: uid)
        let newlySeen = try await plan.setsSeen ? markSeen(selected, positions, uid: uid) : UIDSet()
        let view = try requireSelected().view
        var missing = 0
        for batch in positions.batches(of: Self.messagesAtOnce) {
            var details: [UID: MessageDetails] = [:]
            if plan.needsDetails {
                let uids = batch.map { view.uids[$0] }
                for detail in try await store.messages.details(
                    account: selected.account, mailbox: selected.id, uids: uids, parts: plan.parts)
                {
                    details[detail.uid] = detail
                }
            }
            for position in batch {
                let detail = details[view.uids[position]]
                if plan.needsDetails && detail == nil {
                    missing += 1
                    continue
                }
                try await fetchMessage(
                    at: position, plan, detail, showingFlags: newlySeen.contains(view.uids[position]))
            }
        }
        guard missing == 0 else { throw CommandFailure.no("Some messages are gone", .expungeIssued) }
        return .ok(ResponseText("Done"))
    }

    /// How many messages one round trip to the database asks for.
    static let messagesAtOnce = 1000

    /// Sets \Seen on those that lack it, all at once, and tells what else changed meanwhile. Their flags are part of their
    /// FETCH responses.
    ///
    /// - Returns: the UIDs of those that lacked it.
    private mutating func markSeen(
        _ selected: SelectedMailbox, _ positions: [Range<Int>], uid: Bool
    ) async throws -> UIDSet {
        guard !selected.isReadOnly else { return UIDSet() }
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
        scope.isKnown = { [unseen] index, position in unseen.contains(index.uids[position]) }
        try await synchronize(scope)
        return unseen
    }
}

extension [Range<Int>] {
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
