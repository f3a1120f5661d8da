// Bytes to lines, bounded.

/// Finds the lines in a buffer that the caller keeps. Holds no bytes itself, only where it stopped looking.
///
/// A line ends with CRLF; a bare LF is taken as an end too. People test servers by hand with tools that send LF, and since
/// a client of POP3 sends nothing but commands, it gives an attacker no second reading of the same bytes.
package struct LineFramer: Sendable {
    package enum Event: Equatable, Sendable {
        /// A line of `length` bytes, without its end; with it `consumed`.
        case line(length: Int, consumed: Int)
        /// More bytes than a line may have: drop so many. What is left of the line comes as ``skip(_:)``.
        case tooLong(consumed: Int)
        /// Drop so many bytes: they belong to a line that was too long.
        case skip(Int)
    }

    /// Longest line in bytes without its end.
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
            let end = scanned
            scanned = 0
            if isSkipping {
                isSkipping = false
                return .skip(end + 1)
            }
            let length = end > 0 && bytes[end - 1] == 0x0D ? end - 1 : end
            return length > limit ? .tooLong(consumed: end + 1) : .line(length: length, consumed: end + 1)
        }
        guard isSkipping, scanned > 0 else { return nil }
        defer { scanned = 0 }
        return .skip(scanned)
    }

    /// The bytes that were looked at are gone: the next ones begin a line.
    package mutating func reset() {
        scanned = 0
        isSkipping = false
    }

    private mutating func overflow() -> Event {
        defer { scanned = 0 }
        isSkipping = true
        return .tooLong(consumed: scanned)
    }
}
