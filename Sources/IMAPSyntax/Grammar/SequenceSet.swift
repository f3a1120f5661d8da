// Sets of message numbers or UIDs, normalised: ranges ascending, apart, and never touching.

/// A set of message sequence numbers or UIDs, depending on the command.
///
/// RFC 9051 9, RFC 5182
///
///     sequence-set = (seq-number / seq-range) ["," sequence-set]
///     sequence-set =/ seq-last-command
///     seq-number   = nz-number / "*"
///     seq-range    = seq-number ":" seq-number
///     seq-last-command = "$"
///
/// `*` depends on the mailbox, so a range that touches it stays symbolic. Of "5:*,3:*" only the smallest lower bound
/// matters: numbers above the largest in use exist in no mailbox. A lone `*` is the open range with the greatest lower
/// bound, since an open range always holds the largest number in use.
package struct SequenceSet: Hashable, Sendable {
    /// The fixed ranges, ascending, disjoint, not adjacent, all below `openLowerBound`; no bound is 0.
    package private(set) var ranges: [ClosedRange<UInt32>] = []

    /// The lower bound of the range that reaches to `*`; nil when the set has none.
    package private(set) var openLowerBound: UInt32?

    /// Whether the set includes `$`, the saved result of the last SEARCH (RFC 5182).
    package private(set) var includesSavedResult = false

    /// The empty set, which has no spelling in IMAP: an encoder leaves out what would hold it.
    package init() {}

    /// The union of `ranges`, in any order, and the open range from `openLowerBound` to `*`. Zero, which numbers nothing,
    /// is left out.
    package init(
        ranges: some Sequence<ClosedRange<UInt32>>, openLowerBound: UInt32? = nil, includesSavedResult: Bool = false
    ) {
        self.includesSavedResult = includesSavedResult
        var sorted: [ClosedRange<UInt32>] = []
        for range in ranges where range.upperBound > 0 {
            sorted.append(max(range.lowerBound, 1)...range.upperBound)
        }
        if !zip(sorted, sorted.dropFirst()).allSatisfy({ $0.lowerBound <= $1.lowerBound }) {
            sorted.sort { $0.lowerBound < $1.lowerBound }
        }
        for range in sorted { append(range) }
        if let openLowerBound { open(from: max(openLowerBound, 1)) }
    }

    /// The set of `numbers`, which must ascend (equal neighbours are merged). Linear, and the way to build answers.
    package init(ascending numbers: some Sequence<UInt32>) {
        for number in numbers where number > 0 { append(number...number) }
    }

    /// The saved result alone: `$`.
    package static let savedResult = SequenceSet(ranges: [], includesSavedResult: true)

    /// All messages: `1:*`.
    package static let all = SequenceSet(ranges: [], openLowerBound: 1)

    package var isEmpty: Bool { ranges.isEmpty && openLowerBound == nil && !includesSavedResult }

    /// The largest number that the set names itself, to check message numbers against the size of the mailbox
    /// (RFC 9051 9, seq-number); nil for `*` and `$` alone.
    package var largestNumber: UInt32? {
        if let openLowerBound, openLowerBound != .max { return openLowerBound }
        return ranges.last?.upperBound
    }

    /// Adds a number that is at least as large as every number in the set; a smaller one goes through `init(ranges:)`.
    package mutating func append(ascending number: UInt32) {
        append(number...number)
    }

    /// Precondition of the representation: `range.lowerBound` is not below the lower bound of the last range.
    private mutating func append(_ range: ClosedRange<UInt32>) {
        guard let last = ranges.last, last.upperBound == .max || range.lowerBound <= last.upperBound + 1 else {
            ranges.append(range)
            return
        }
        ranges[ranges.count - 1] =
            min(last.lowerBound, range.lowerBound)...max(last.upperBound, range.upperBound)
    }

    private mutating func open(from lowerBound: UInt32) {
        var lowest = lowerBound
        while let last = ranges.last, last.upperBound == .max || last.upperBound + 1 >= lowest {
            lowest = min(lowest, last.lowerBound)
            ranges.removeLast()
        }
        openLowerBound = lowest
    }
}
