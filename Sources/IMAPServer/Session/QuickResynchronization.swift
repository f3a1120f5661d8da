import IMAPSyntax
import LightMailCore

extension Session {
    /// RFC 7162 3.2.5: tells a client that comes back what changed while it was away. With another UIDVALIDITY than it
    /// knew there is nothing to say.
    ///
    /// - Parameter mailbox: the row that the selected view was read with.
    mutating func resynchronize(_ parameter: QResyncParameter, _ mailbox: Mailbox) async throws {
        let selected = try requireSelected()
        let view = selected.view
        let since = parameter.modSequence
        guard parameter.uidValidity == view.uidValidity, view.uidNext > 1 else { return }
        // The row and the messages may be read on two sides of a commit: only where they agree has nothing happened.
        if mailbox.highestModSeq <= since, view.count == mailbox.messages, view.modSeqs.allSatisfy({ $0 <= since }) {
            return
        }
        let known = (parameter.knownUIDs ?? .all).resolved(largest: view.uidNext - 1)
        var gone = try await vanished(from: selected, since: since, known)
        if let match = parameter.sequenceMatch, let last = view.lastMatch(match) {
            gone = gone.intersection(UIDSet((last &+ 1)...UID.max))
        }
        if !gone.isEmpty { out.append(.vanished(SequenceSet(gone), earlier: true)) }
        for position in known.lazy.flatMap({ view.positions(of: $0) }) where view.modSeqs[position] > since {
            beginFetch(at: position, view)
            out.fetchFlags(selected.flags(at: position))
            out.fetchModSequence(showModSequence(at: position))
            out.endFetch()
            try await flush()
        }
    }
}

extension MailboxIndex {
    /// RFC 7162 3.2.5.2: the highest UID that the client has at the same message number as the mailbox; up to there it
    /// knows of every message that is gone.
    fileprivate func lastMatch(_ match: QResyncParameter.SequenceMatch) -> UID? {
        var numbers = match.sequenceNumbers.ranges.joined().makeIterator()
        var last: UID?
        for uid in match.uids.ranges.joined() {
            guard let number = numbers.next(), number <= UInt32(count) else { break }
            if uids[Int(number) - 1] == uid { last = uid }
        }
        return last
    }
}
