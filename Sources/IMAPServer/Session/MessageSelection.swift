import IMAPSyntax
import LightMailCore

// From sequence sets to messages of the client's view.

extension SelectedMailbox {
    /// The positions, ascending and without repeats, that a set names (RFC 9051 9, sequence-set). UIDs that no message
    /// has are passed over.
    ///
    /// - Throws: for a message number that the client cannot know.
    func positions(of set: SequenceSet, uid: Bool) throws(CommandFailure) -> [Range<Int>] {
        if !uid, let last = set.ranges.last, last.upperBound > UInt32(view.count) {
            throw .bad("No such message number")
        }
        var result: [Range<Int>] = []
        if uid {
            for range in set.resolved(largest: view.uids.last ?? 0) { append(uids: range, to: &result) }
        } else {
            for range in set.resolved(largest: UInt32(view.count)) {
                result.append(Int(range.lowerBound) - 1..<Int(range.upperBound))
            }
        }
        guard set.includesSavedResult else { return result }
        for range in savedResult.ranges { append(uids: range, to: &result) }
        return Self.merged(result)
    }

    private func append(uids range: ClosedRange<UID>, to result: inout [Range<Int>]) {
        let positions = view.positions(of: range)
        if !positions.isEmpty { result.append(positions) }
    }

    private static func merged(_ ranges: [Range<Int>]) -> [Range<Int>] {
        var result: [Range<Int>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = result.last, range.lowerBound <= last.upperBound {
                result[result.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                result.append(range)
            }
        }
        return result
    }

    /// The UIDs of the messages at these positions.
    func uids(at positions: [Range<Int>]) -> UIDSet {
        var uids = UIDSet()
        for range in positions {
            for position in range { uids.append(view.uids[position]) }
        }
        return uids
    }
}

extension SequenceSet {
    /// The set of UIDs as IMAP writes it.
    init(_ uids: UIDSet) {
        self.init(ranges: uids.ranges)
    }
}
