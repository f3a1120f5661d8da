import IMAPSyntax
import LightMailCore

// What a client that keeps mod-sequences is told of them (RFC 7162).

extension Session {
    /// RFC 7162 3.1: from a CONDSTORE enabling command on, FETCH responses that the client did not ask for hold the
    /// mod-sequence. The first such command with a mailbox selected tells where that stands.
    mutating func becomeCondStoreAware() {
        guard !isCondStoreAware else { return }
        isCondStoreAware = true
        if let selected { tellHighestModSeq(selected.toldModSeq) }
    }

    /// RFC 7162 3.1.2.1
    mutating func tellHighestModSeq(_ modSeq: ModSeq) {
        out.append(.untagged(.ok(ResponseText("Highest mod-sequence", code: .highestModSeq(modSeq)))))
    }

    /// The mod-sequence of the message at a position, which a FETCH response is about to show.
    mutating func showModSequence(at position: Int) -> ModSeq {
        guard let modSeq = selected?.view.modSeqs[position], let shown = selected?.shownModSeq else { return 0 }
        if modSeq > shown { selected?.shownModSeq = modSeq }
        return modSeq
    }

    /// RFC 7162 3.2, 6: a client that has seen mod-sequences above those of messages whose end it may not be told yet
    /// would take itself to know of that end. It is told to stay below, and that it may go on once it was told.
    mutating func holdBackModSeq() {
        guard isCondStoreAware, var selected else { return }
        let isBehind = selected.newest != nil
        if isBehind ? selected.shownModSeq > selected.toldModSeq : selected.isHeldBack {
            tellHighestModSeq(selected.toldModSeq)
            selected.isHeldBack = isBehind
        }
        selected.shownModSeq = 0
        self.selected = selected
    }

    /// RFC 7162 3.2.7, 3.2.9: where the mailbox stands after messages were removed; nil for a client that does not
    /// resynchronise, and while something is still to be told.
    var codeAfterExpunge: ResponseCode? {
        guard usesQResync, let selected, selected.newest == nil else { return nil }
        return .highestModSeq(selected.toldModSeq)
    }

    /// The UIDs among the wanted ones whose messages are gone since a mod-sequence and not in the client's view
    /// (RFC 7162 3.2.6). Where the collector has taken tombstones since then, all that the mailbox lacks.
    ///
    /// - Parameter wanted: ascending.
    func vanished(
        from selected: SelectedMailbox, since modSeq: ModSeq, _ wanted: [ClosedRange<UID>]
    ) async throws(StoreError) -> UIDSet {
        let missing = selected.view.missing(in: wanted)
        guard !missing.isEmpty,
            let known = try await store.messages.vanished(
                account: selected.account, mailbox: selected.id, since: modSeq)
        else { return missing }
        return known.intersection(missing)
    }
}
