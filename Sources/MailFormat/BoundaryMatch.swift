// What a line means to the multiparts that are open: a delimiter, a close delimiter, or content.

/// How a line that begins with "--" matches a boundary.
///
///     delimiter         = CRLF "--" boundary                      RFC 2046 5.1.1
///     close-delimiter   = delimiter "--"
///     transport-padding = *LWSP-char
enum BoundaryMatch: Equatable {
    /// Another part begins on the next line.
    case delimiter
    /// The last part has ended; the epilogue follows.
    case close

    /// Compares a line with a boundary. A boundary that the line merely begins with does not match, so that of two
    /// boundaries one of which is a prefix of the other each finds its own lines.
    ///
    /// - Parameter line: the line from its "--" on, without its LF, cut after ``lineLength(for:)`` bytes or later.
    init?(line: ArraySlice<UInt8>, boundary: [UInt8]) {
        let content = line.dropFirst(2)
        guard content.starts(with: boundary) else { return nil }
        let rest = content.dropFirst(boundary.count)
        if rest.starts(with: [ASCII.hyphen, ASCII.hyphen]) {
            self = .close
        } else if let next = rest.first, !next.isWhitespace, next != ASCII.carriageReturn {
            return nil
        } else {
            self = .delimiter
        }
    }

    /// How many bytes of a line decide whether it matches a boundary of that length.
    static func lineLength(for boundaryLength: Int) -> Int { 2 + boundaryLength + 2 }
}
