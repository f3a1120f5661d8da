// What a sequence set means in a mailbox of a known size.

extension SequenceSet {
    /// The ranges of the set when `largest` is the largest number in use, ascending and disjoint. Numbers above
    /// `largest` are cut off: they name nothing. With `largest` 0 (an empty mailbox) there are none.
    ///
    /// The saved result (`$`) is not in it; a caller that finds `includesSavedResult` adds what SEARCH saved.
    package func resolved(largest: UInt32) -> [ClosedRange<UInt32>] {
        guard largest > 0 else { return [] }
        var result: [ClosedRange<UInt32>] = []
        result.reserveCapacity(ranges.count + 1)
        for range in ranges {
            guard range.lowerBound <= largest else { break }
            result.append(range.lowerBound...min(range.upperBound, largest))
        }
        guard let openLowerBound else { return result }
        let lowest = min(openLowerBound, largest)
        if let last = result.last, last.upperBound + 1 >= lowest {
            result[result.count - 1] = last.lowerBound...largest
        } else {
            result.append(lowest...largest)
        }
        return result
    }

    /// Whether `number` is in the set when `largest` is the largest number in use. Logarithmic in the number of ranges.
    package func contains(_ number: UInt32, largest: UInt32) -> Bool {
        guard number > 0, number <= largest else { return false }
        if let openLowerBound, number >= min(openLowerBound, largest) { return true }
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = low + (high - low) / 2
            if ranges[middle].upperBound < number { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].contains(number)
    }

    /// How many numbers the fixed ranges hold; `*` and `$` count for nothing.
    package var fixedCount: UInt64 {
        ranges.reduce(0) { $0 + UInt64($1.upperBound - $1.lowerBound) + 1 }
    }
}
