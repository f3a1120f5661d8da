import IMAPSyntax
import LightMailCore

extension Session {
    /// RFC 9051 6.4.8, RFC 6851 (4.2: with the rights that STORE, COPY and EXPUNGE take), RFC 7162 3.2. COPYUID comes before the EXPUNGE responses of the sync exit.
    mutating func move(_ set: SequenceSet, to name: MailboxName, uid: Bool) async throws -> Completion {
        let selected = try requireSelected()
        try requireWritable(selected)
        try require([.deleteMessages, .expunge], in: selected)
        let uids = selected.uids(at: try selected.positions(of: set, uid: uid))
        guard !uids.isEmpty else { return .ok(ResponseText("Nothing to move")) }
        let target = try await destination(name)
        let outcome = try await store.messages.move(
            account: selected.account, from: selected.id, uids: uids, to: target.mailbox.id,
            of: target.mailbox.account, rights: target.rights,
            permits: [
                try permit([.read, .deleteMessages, .expunge], in: selected), try permitToAdd(to: target),
            ].compactMap(\.self))
        noteOwn(outcome.destination, in: target.mailbox.id)
        if let code = outcome.code { out.append(.untagged(.ok(ResponseText("Moved", code: code)))) }
        guard usesQResync, outcome.code != nil else { return .ok(ResponseText("Done")) }
        try await synchronize(SyncScope(expunging: true, showingUIDs: uid))
        return .ok(ResponseText("Done", code: codeAfterExpunge))
    }
}
