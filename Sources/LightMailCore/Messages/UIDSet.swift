import MariaDBClient

/// A set of UIDs as ascending ranges that neither touch nor overlap.
package struct UIDSet: Sendable, Hashable {
    package private(set) var ranges: [ClosedRange<UID>] = []

    package init() {}

    package init(_ range: ClosedRange<UID>) {
        ranges = [range]
    }

    /// UIDs in any order, with repeats or without.
    package init(_ uids: some Sequence<UID>) {
        var previous: UID = 0
        var sorted = true
        let list = Array(uids)
        for uid in list {
            if uid < previous { sorted = false }
            previous = uid
        }
        for uid in sorted ? list : list.sorted() {
            append(uid)
        }
    }

    package var isEmpty: Bool { ranges.isEmpty }

    /// How many UIDs it holds.
    package var count: Int {
        ranges.reduce(0) { $0 + Int($1.upperBound - $1.lowerBound) + 1 }
    }

    /// Adds a UID that is not below the last one.
    package mutating func append(_ uid: UID) {
        append(uid...uid)
    }

    /// Adds a range that does not begin below the last one's beginning.
    package mutating func append(_ range: ClosedRange<UID>) {
        guard let last = ranges.last else {
            ranges.append(range)
            return
        }
        precondition(range.lowerBound >= last.lowerBound, "ranges come in ascending order")
        if range.lowerBound == 0 || range.lowerBound - 1 <= last.upperBound {
            ranges[ranges.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
        } else {
            ranges.append(range)
        }
    }

    /// Whether it holds the UID; binary search.
    package func contains(_ uid: UID) -> Bool {
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < uid { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].lowerBound <= uid
    }

    /// The UIDs that are in both sets.
    package func intersection(_ other: UIDSet) -> UIDSet {
        var common = UIDSet()
        var left = ranges[...]
        var right = other.ranges[...]
        while let first = left.first, let second = right.first {
            let start = max(first.lowerBound, second.lowerBound)
            let end = min(first.upperBound, second.upperBound)
            if start <= end { common.append(start...end) }
            if first.upperBound < second.upperBound { left.removeFirst() } else { right.removeFirst() }
        }
        return common
    }

    /// The condition that a row's `uid` is in the set.
    var condition: SQLText {
        guard !isEmpty else { return "(FALSE)" }
        var singles: [UID] = []
        var parts: [SQLText] = []
        for range in ranges {
            if range.count == 1 {
                singles.append(range.lowerBound)
            } else {
                parts.append("uid BETWEEN \(range.lowerBound) AND \(range.upperBound)")
            }
        }
        if !singles.isEmpty {
            parts.append("uid IN (\(list: singles))")
        }
        var text: SQLText = "("
        for (index, part) in parts.enumerated() {
            text += index == 0 ? part : " OR \(part)"
        }
        return text + ")"
    }
}
