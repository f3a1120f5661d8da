import Glibc

/// What a session has to be told to get from the view it has to a newer index.
package struct MailboxDelta: Sendable {
    /// Positions in the old view, ascending, of messages that are gone.
    package var expunged: [Int] = []
    /// UIDs of those messages.
    package var vanished = UIDSet()
    /// UIDs of messages in both whose flags, keywords or mod-sequence differ.
    package var changed: [UID] = []
    /// UIDs of messages that are new.
    package var added: [UID] = []

    /// Whether there is nothing to tell.
    package var isEmpty: Bool { expunged.isEmpty && changed.isEmpty && added.isEmpty }

    /// Compares two indexes of one mailbox; linear in their sizes, with little for what is the same in both.
    package init(from old: MailboxIndex, to new: MailboxIndex) {
        var left = 0
        var right = 0
        // Until then it goes by single messages, so that no block is compared again and again.
        var untilBlock = 0
        while left < old.count || right < new.count {
            if untilBlock == 0 {
                let same = old.sameCount(from: left, as: new, from: right)
                left += same
                right += same
                untilBlock = MailboxIndex.comparedAtOnce
                continue
            }
            untilBlock -= 1
            if right == new.count || (left < old.count && old.uids[left] < new.uids[right]) {
                expunged.append(left)
                vanished.append(old.uids[left])
                left += 1
            } else if left == old.count || new.uids[right] < old.uids[left] {
                added.append(new.uids[right])
                right += 1
            } else {
                if old.modSeqs[left] != new.modSeqs[right] {
                    changed.append(new.uids[right])
                }
                left += 1
                right += 1
            }
        }
    }
}

extension MailboxIndex {
    static let comparedAtOnce = 1_024

    /// How many messages from a position on are the same as in another index from a position there on, in whole blocks.
    fileprivate func sameCount(from left: Int, as other: MailboxIndex, from right: Int) -> Int {
        let most = min(count - left, other.count - right)
        var same = 0
        while same + Self.comparedAtOnce <= most,
            uids[left + same..<left + same + Self.comparedAtOnce].isEqual(
                to: other.uids[right + same..<right + same + Self.comparedAtOnce]),
            modSeqs[left + same..<left + same + Self.comparedAtOnce].isEqual(
                to: other.modSeqs[right + same..<right + same + Self.comparedAtOnce])
        {
            same += Self.comparedAtOnce
        }
        return same
    }

    /// This index with the messages of `old` that it lacks kept in their places.
    ///
    /// That is the view of a session that may not be told of an EXPUNGE yet (RFC 9051 7.5.1): sequence numbers stay,
    /// flags and new messages are those of now. A message that was kept is found missing again at the next comparison.
    package func keeping(expungedOf old: MailboxIndex) -> MailboxIndex {
        var merged = MailboxIndex(
            mailbox: mailbox, uidValidity: uidValidity, uidNext: uidNext, highestModSeq: highestModSeq,
            dictionary: dictionary)
        merged.reserve(max(count, old.count))
        var left = 0
        var right = 0
        while left < old.count || right < count {
            if right == count || (left < old.count && old.uids[left] < uids[right]) {
                merged.append(old.row(at: left))
                left += 1
            } else {
                if left < old.count && old.uids[left] == uids[right] { left += 1 }
                merged.append(row(at: right))
                right += 1
            }
        }
        return merged
    }

    /// This index brought forward by rows that changed since: sorted by UID, tombstones told apart.
    mutating func apply(_ changes: [(row: Row, isDeleted: Bool)]) {
        var deleted = Set<UID>()
        var inserted: [Row] = []
        for (row, isDeleted) in changes {
            if let position = position(of: row.uid) {
                if isDeleted { deleted.insert(row.uid) } else { replace(at: position, with: row) }
            } else if !isDeleted {
                inserted.append(row)
            }
        }
        if !deleted.isEmpty { remove(deleted) }
        guard let first = inserted.first else { return }
        if let last = uids.last, first.uid < last {
            mergeInserted(inserted)
        } else {
            for row in inserted { append(row) }
        }
    }

    /// This index without some of its messages.
    package func without(_ uids: some Sequence<UID>) -> MailboxIndex {
        var rest = self
        rest.remove(Set(uids))
        return rest
    }

    private mutating func remove(_ deleted: Set<UID>) {
        let places = deleted.compactMap(position(of:)).sorted()
        uids = uids.without(places)
        flags = flags.without(places)
        keywords = keywords.without(places)
        modSeqs = modSeqs.without(places)
        sizes = sizes.without(places)
        dates = dates.without(places)
    }

    /// A message restored by an administrator comes back below the last UID.
    private mutating func mergeInserted(_ inserted: [Row]) {
        var rows = (0..<count).map(row(at:))
        rows.append(contentsOf: inserted)
        rows.sort { $0.uid < $1.uid }
        clear()
        for row in rows { append(row) }
    }

    private mutating func clear() {
        uids = []
        flags = []
        keywords = []
        modSeqs = []
        sizes = []
        dates = []
    }
}

extension Array {
    /// The elements but those at some places, which ascend.
    fileprivate func without(_ places: [Int]) -> [Element] {
        var kept: [Element] = []
        kept.reserveCapacity(count - places.count)
        var start = 0
        for place in places {
            kept.append(contentsOf: self[start..<place])
            start = place + 1
        }
        kept.append(contentsOf: self[start...])
        return kept
    }
}

extension ArraySlice where Element: FixedWidthInteger {
    /// Compares the memory, as integers of one type have one representation.
    fileprivate func isEqual(to other: ArraySlice<Element>) -> Bool {
        withUnsafeBytes { bytes in
            other.withUnsafeBytes { other in
                guard bytes.count == other.count else { return false }
                guard let left = bytes.baseAddress, let right = other.baseAddress else { return true }
                return memcmp(left, right, bytes.count) == 0
            }
        }
    }
}
