// The bytes after a BDAT line: counted, not looked at.

/// Counts one BDAT chunk (RFC 3030 section 2).
package struct ChunkCounter: Sendable {
    /// Bytes of the chunk that have not come yet.
    package private(set) var remaining: UInt64
    /// Whether the message ends with this chunk.
    package let isLast: Bool

    package init(size: UInt64, isLast: Bool) {
        remaining = size
        self.isLast = isLast
    }

    package var isComplete: Bool { remaining == 0 }

    /// How many of `available` bytes belong to the chunk; they count as taken.
    package mutating func take(available: Int) -> Int {
        let taken = Int(min(remaining, UInt64(max(available, 0))))
        remaining -= UInt64(taken)
        return taken
    }
}
