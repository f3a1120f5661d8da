// Which of many results a client wants to see.

/// Places among results in the order of the mailbox, counted from 1 at either end.
///
/// RFC 9394 4
///
///     partial-range       = partial-range-first / partial-range-last
///     partial-range-first = nz-number ":" nz-number
///     partial-range-last  = MINUS nz-number ":" MINUS nz-number
package struct PartialRange: Hashable, Sendable {
    /// As written: the answer repeats it.
    package let first: UInt32
    package let last: UInt32
    /// Whether 1 is the last result.
    package let countsFromEnd: Bool

    package init(_ first: UInt32, _ last: UInt32, countsFromEnd: Bool = false) {
        self.first = first
        self.last = last
        self.countsFromEnd = countsFromEnd
    }

    /// The places among so many results, counted from 0 at the beginning; empty where there are none.
    package func places(among count: Int) -> Range<Int> {
        let lower = Int(min(first, last))
        let upper = min(Int(max(first, last)), count)
        guard lower <= upper else { return 0..<0 }
        return countsFromEnd ? count - upper..<count - lower + 1 : lower - 1..<upper
    }
}
