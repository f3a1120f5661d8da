/// Cuts bytes that come in pieces at their line feeds, with bounded memory: a long line comes in several fragments, the
/// first of which has at least `longest` bytes.
struct LineFragments {
    /// Part of a line.
    struct Fragment {
        /// With the line feed, where it ends with one.
        let bytes: ArraySlice<UInt8>
        let startsLine: Bool
        let endsLine: Bool

        /// Whether it is a line with nothing in it.
        var isBlank: Bool { startsLine && (bytes == [10] || bytes == [13, 10]) }
    }

    static let longest = 16_384
    private var pending: [UInt8] = []
    private var isInLine = false

    /// Takes the next bytes.
    mutating func feed(_ chunk: [UInt8], _ body: (Fragment) throws -> Void) rethrows {
        var rest = chunk[...]
        while let feed = rest.firstIndex(of: 10) {
            let part = rest[...feed]
            let line = pending.isEmpty ? part : (pending + part)[...]
            pending.removeAll(keepingCapacity: true)
            try body(Fragment(bytes: line, startsLine: !isInLine, endsLine: true))
            isInLine = false
            rest = rest[(feed + 1)...]
        }
        pending += rest
        guard pending.count >= Self.longest else { return }
        // A carriage return may belong to the line feed that is still to come.
        let kept = pending.last == 13 ? 1 : 0
        try body(Fragment(bytes: pending.dropLast(kept), startsLine: !isInLine, endsLine: false))
        isInLine = true
        pending = kept == 1 ? [13] : []
    }

    /// Gives what is left: a last line without its line feed.
    mutating func finish(_ body: (Fragment) throws -> Void) rethrows {
        guard !pending.isEmpty else { return }
        try body(Fragment(bytes: pending[...], startsLine: !isInLine, endsLine: false))
        pending = []
        isInLine = false
    }
}

/// Ends every line in CRLF, whatever it ended in (RFC 5322 2.1).
struct LineEndings {
    private var last: UInt8 = 0

    /// The bytes with CR put before each LF that has none.
    mutating func normalise(_ bytes: some Collection<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + bytes.count / 32)
        for byte in bytes {
            if byte == 10, last != 13 { result.append(13) }
            result.append(byte)
            last = byte
        }
        return result
    }
}

/// Ends every line in LF: what files on Unix have.
struct UnixLineEndings {
    private var hasReturn = false

    /// The bytes without the CR before an LF.
    mutating func convert(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + 1)
        for byte in bytes {
            if hasReturn, byte != 10 { result.append(13) }
            hasReturn = byte == 13
            if !hasReturn { result.append(byte) }
        }
        return result
    }

    /// What was kept back.
    mutating func finish() -> [UInt8] {
        defer { hasReturn = false }
        return hasReturn ? [13] : []
    }
}
