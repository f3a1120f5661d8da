// How much of a message TOP shows.

/// Cuts a message after its header and so many lines of its body (RFC 1939 7), fed in pieces of any size.
package struct TopCounter: Sendable {
    /// Bytes of the header, its blank line included, that have not come yet.
    private var header: UInt64
    /// Lines of the body that have not come yet.
    private var lines: UInt64

    /// - Parameter headerSize: in bytes, with the blank line.
    package init(headerSize: UInt64, lines: UInt64) {
        header = headerSize
        self.lines = lines
    }

    /// Whether nothing of the message is wanted any more.
    package var isComplete: Bool { header == 0 && lines == 0 }

    /// How many bytes of the next piece are wanted.
    package mutating func take(_ piece: [UInt8]) -> Int {
        var position = Int(min(header, UInt64(piece.count)))
        header -= UInt64(position)
        while position < piece.count, lines > 0 {
            guard let end = piece[position...].firstIndex(of: 0x0A) else { return piece.count }
            position = end + 1
            lines -= 1
        }
        return position
    }
}
