import IMAPSyntax
import LightMailCore

/// A search whose result the client is kept informed of (RFC 5267 4.3).
struct SearchContext: Sendable {
    let tag: String
    /// Whether the client is told UIDs.
    let uid: Bool
    /// The search, with message numbers and `$` made UIDs: those are what they were when the command came.
    let search: SearchCommand
    /// What the client believes to be the result.
    var result: UIDSet
}

extension SearchKey {
    /// The key with what it says by message numbers, and by the saved result, said by UIDs (RFC 5267 4.3).
    func fixed(in mailbox: SearchedMailbox) -> SearchKey {
        switch self {
        case .and(let keys): .and(keys.map { $0.fixed(in: mailbox) })
        case .or(let left, let right): .or(left.fixed(in: mailbox), right.fixed(in: mailbox))
        case .not(let key): .not(key.fixed(in: mailbox))
        case .sequence(let set): .uid(mailbox.uids(of: set))
        case .uid(let set) where set.includesSavedResult:
            .uid(
                SequenceSet(
                    ranges: set.ranges + mailbox.savedResult.ranges, openLowerBound: set.openLowerBound))
        default: self
        }
    }
}

extension SearchedMailbox {
    /// The UIDs of the messages that a set of message numbers names.
    fileprivate func uids(of set: SequenceSet) -> SequenceSet {
        let largest = UInt32(view.count)
        let named = view.uids.indices.filter { place in
            set.contains(UInt32(place) + 1, largest: largest)
                || (set.includesSavedResult && savedResult.contains(view.uids[place]))
        }
        return SequenceSet(ascending: named.lazy.map { view.uids[$0] })
    }
}
