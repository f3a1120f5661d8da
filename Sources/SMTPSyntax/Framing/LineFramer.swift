// Bytes to command lines. A line ends at CRLF and nowhere else, and is bounded.

/// Finds the lines in a buffer that the caller keeps. Holds no bytes itself, only where it stopped looking.
package struct LineFramer: Sendable {
    package enum Event: Equatable, Sendable {
        /// A line of this many bytes, and the two of its CRLF after it.
        case line(length: Int)
        /// A line that LF ended without CR: so many bytes with the LF. RFC 5321 section 2.3.8 forbids to take it as
        /// a line, and to wait for a CRLF would leave the client without an answer.
        case bareLineFeed(consumed: Int)
        /// More bytes than a line may have: drop so many. What is left of the line comes as ``skip(_:)``.
        case tooLong(consumed: Int)
        /// Drop so many bytes: they belong to a line that was too long.
        case skip(Int)
    }

    /// Longest line in bytes without its CRLF.
    package var limit: Int

    private var scanned = 0
    private var isSkipping = false

    package init(limit: Int) {
        self.limit = limit
    }

    /// The next event, or nil when more bytes are needed. `bytes` begins with the first byte not consumed by an
    /// earlier event; every event other than nil consumes bytes.
    package mutating func next(in bytes: Span<UInt8>) -> Event? {
        while scanned < bytes.count {
            guard bytes[scanned] == 0x0A else {
                scanned += 1
                // One more than the limit may be the CR of the line end.
                if !isSkipping, scanned > limit + 1 { return overflow() }
                continue
            }
            let length = scanned
            scanned = 0
            if isSkipping {
                isSkipping = false
                return .skip(length + 1)
            }
            guard length > 0, bytes[length - 1] == 0x0D else {
                return length > limit ? .tooLong(consumed: length + 1) : .bareLineFeed(consumed: length + 1)
            }
            return .line(length: length - 1)
        }
        guard isSkipping, scanned > 0 else { return nil }
        defer { scanned = 0 }
        return .skip(scanned)
    }

    private mutating func overflow() -> Event {
        defer { scanned = 0 }
        isSkipping = true
        return .tooLong(consumed: scanned)
    }
}
