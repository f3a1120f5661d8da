import IMAPSyntax
import LightMailCore

extension Session {
    /// RFC 8508, RFC 7162 3.2. The new message comes and the old one goes in one transaction. APPENDUID comes before the EXPUNGE
    /// response of the sync exit (RFC 8508 4.3).
    mutating func replace(
        _ number: UInt32, _ command: AppendCommand, uid: Bool, _ literals: LiteralSource?
    ) async throws -> Completion {
        let selected = try requireSelected()
        try requireWritable(selected)
        // RFC 8508 4.1
        try require([.deleteMessages, .expunge], in: selected)
        let old = selected.uids(at: try selected.positions(of: SequenceSet(ascending: [number]), uid: uid))
        guard let oldUID = old.ranges.first?.lowerBound else { throw CommandFailure.no("No such message") }
        let target = try await destination(command.mailbox)
        let messages = try await receive(command.start, literals, limit: 1)
        let permits = [
            try permit([.deleteMessages, .expunge], in: selected), try permitToAdd(to: target),
        ].compactMap(\.self)
        let outcome: AppendOutcome
        do throws(StoreError) {
            outcome = try await store.delivery.append(
                messages.map { $0.limited(to: target.rights) }, account: target.mailbox.account, to: target.mailbox.id,
                replacing: ReplacedMessage(account: selected.account, mailbox: selected.id, uid: oldUID),
                permits: permits)
        } catch {
            if case .conflict = error.kind { throw CommandFailure.no("The message was expunged", .expungeIssued) }
            throw ErrorReplies.destination(error)
        }
        noteOwn(outcome.uids, in: target.mailbox.id)
        if let code = outcome.code { out.append(.untagged(.ok(ResponseText("Replacement is there", code: code)))) }
        guard usesQResync else { return .ok(ResponseText("Replaced")) }
        try await synchronize(SyncScope(expunging: true, showingUIDs: uid))
        return .ok(ResponseText("Replaced", code: codeAfterExpunge))
    }
}
