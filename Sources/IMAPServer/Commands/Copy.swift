import IMAPSyntax
import LightMailCore

extension Session {
    /// RFC 9051 6.4.7
    mutating func copy(_ set: SequenceSet, to name: MailboxName, uid: Bool) async throws -> Completion {
        let selected = try requireSelected()
        let uids = selected.uids(at: try selected.positions(of: set, uid: uid))
        guard !uids.isEmpty else { return .ok(ResponseText("Nothing to copy")) }
        let target = try await destination(name)
        let outcome = try await store.messages.copy(
            account: selected.account, from: selected.id, uids: uids, to: target.mailbox.id,
            of: target.mailbox.account, rights: target.rights,
            permits: [try permit(.read, in: selected), try permitToAdd(to: target)].compactMap(\.self))
        noteOwn(outcome.destination, in: target.mailbox.id)
        return .ok(ResponseText("Copied", code: outcome.code))
    }
}

extension CopyOutcome {
    /// RFC 4315 3; nil when nothing was copied.
    var code: ResponseCode? {
        guard !source.isEmpty else { return nil }
        return .copyUID(
            uidValidity: uidValidity, source: SequenceSet(ascending: source),
            destination: SequenceSet(ascending: destination))
    }
}
