// Sequence sets.

extension Cursor {
    ///     sequence-set = (seq-number / seq-range) ["," sequence-set]
    ///     sequence-set =/ seq-last-command
    mutating func sequenceSet() throws(SyntaxError) -> SequenceSet {
        var ranges: [ClosedRange<UInt32>] = []
        var openLowerBound: UInt32?
        var includesSavedResult = false
        var count = 0
        repeat {
            count += 1
            guard count <= options.maximumSetElements else { throw error(.tooMany("elements in a set")) }
            if take(UInt8(ascii: "$")) {
                includesSavedResult = true
                continue
            }
            // nil is "*".
            let first = try sequenceNumber()
            let second = take(UInt8(ascii: ":")) ? try sequenceNumber() : first
            if let first, let second {
                ranges.append(min(first, second)...max(first, second))
            } else {
                let lowerBound = first ?? second ?? .max
                openLowerBound = min(openLowerBound ?? .max, lowerBound)
            }
        } while take(UInt8(ascii: ","))
        return SequenceSet(ranges: ranges, openLowerBound: openLowerBound, includesSavedResult: includesSavedResult)
    }

    /// A set that names its numbers: neither `*` nor `$` (RFC 4315 4, uid-set; RFC 7162 7, known-uids).
    mutating func fixedSet() throws(SyntaxError) -> SequenceSet {
        let start = position
        let set = try sequenceSet()
        guard set.openLowerBound == nil, !set.includesSavedResult else {
            throw SyntaxError(.invalid("set: * and $ are not allowed here"), offset: start)
        }
        return set
    }

    /// RFC 9394 4
    ///
    ///     partial-range = nz-number ":" nz-number / MINUS nz-number ":" MINUS nz-number
    mutating func partialRange() throws(SyntaxError) -> PartialRange {
        let countsFromEnd = take(UInt8(ascii: "-"))
        let first = try nonZeroNumber()
        try expect(UInt8(ascii: ":"), ":")
        if countsFromEnd { try expect(UInt8(ascii: "-"), "-") }
        return PartialRange(first, try nonZeroNumber(), countsFromEnd: countsFromEnd)
    }

    /// Whether a sequence set can begin with `byte`.
    static func beginsSet(_ byte: UInt8?) -> Bool {
        guard let byte else { return false }
        return ByteClass.isDigit(byte) || byte == UInt8(ascii: "*") || byte == UInt8(ascii: "$")
    }

    ///     seq-number = nz-number / "*"
    private mutating func sequenceNumber() throws(SyntaxError) -> UInt32? {
        if take(UInt8(ascii: "*")) { return nil }
        guard let digit = next, ByteClass.isDigit(digit) else { throw error(.expected("a message number or *")) }
        return try nonZeroNumber()
    }
}
