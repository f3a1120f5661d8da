// Decodes the quoted-printable transfer encoding as it streams by; what is not valid stands for itself.

/// A lenient decoder of quoted-printable (RFC 2045 6.7). Hexadecimal digits may be in lower case; an "=" that begins no
/// escape and no soft line break is kept with what follows it.
struct QuotedPrintableDecoder: Sendable {
    /// What a "=" has been followed by so far: a digit, or white space that may end in a line end.
    private var escape: [UInt8] = []
    /// White space that is dropped if the line ends behind it (rule 3 of the RFC).
    private var whitespace: [UInt8] = []

    /// The most white space held back; more of it is content. A line of the encoding has at most 76 characters.
    private static let maximumWhitespace = 998

    mutating func decode(_ bytes: RawSpan, into decoded: inout [UInt8]) {
        decoded.reserveCapacity(decoded.count + bytes.byteCount)
        var index = 0
        while index < bytes.byteCount {
            if escape.isEmpty, whitespace.isEmpty {
                let end = plainEnd(of: bytes, from: index)
                bytes.extracting(index..<end).withUnsafeBytes { decoded.append(contentsOf: $0) }
                index = end
                if index == bytes.byteCount { return }
            }
            decode(bytes.byte(at: index), into: &decoded)
            index += 1
        }
    }

    /// Where the bytes end that stand for themselves whatever follows: most of a text. White space is among them only
    /// if another such byte follows it.
    private func plainEnd(of bytes: RawSpan, from start: Int) -> Int {
        var end = start
        for index in start..<bytes.byteCount {
            let byte = bytes.byte(at: index)
            if byte == ASCII.equals || byte == ASCII.carriageReturn || byte == ASCII.lineFeed { break }
            if !byte.isWhitespace { end = index + 1 } else if index - end == Self.maximumWhitespace { break }
        }
        return end
    }

    /// Ends the body: an escape that is not complete is kept, white space at the end is not.
    mutating func finish(into decoded: inout [UInt8]) {
        // A lone "=" at the very end is a soft line break that lost its line end.
        if escape.count > 1, !escape.dropFirst().allSatisfy(Self.endsLine) { decoded += escape }
        escape.removeAll()
        whitespace.removeAll()
    }

    private mutating func decode(_ byte: UInt8, into decoded: inout [UInt8]) {
        if !escape.isEmpty {
            if continueEscape(byte, into: &decoded) { return }
            decoded += escape
            escape.removeAll(keepingCapacity: true)
        }
        switch byte {
        case ASCII.equals:
            releaseWhitespace(into: &decoded)
            escape.append(byte)
        case ASCII.space, ASCII.tab:
            if whitespace.count == Self.maximumWhitespace { releaseWhitespace(into: &decoded) }
            whitespace.append(byte)
        case ASCII.carriageReturn, ASCII.lineFeed:
            whitespace.removeAll(keepingCapacity: true)
            decoded.append(byte)
        default:
            releaseWhitespace(into: &decoded)
            decoded.append(byte)
        }
    }

    /// Takes a byte after "="; tells whether it belongs there.
    private mutating func continueEscape(_ byte: UInt8, into decoded: inout [UInt8]) -> Bool {
        if byte == ASCII.lineFeed, escape.dropFirst().allSatisfy(Self.endsLine) {
            escape.removeAll(keepingCapacity: true)
            return true
        }
        if let value = byte.hexadecimalValue {
            if escape.count == 1 {
                escape.append(byte)
                return true
            }
            guard escape.count == 2, let high = escape[1].hexadecimalValue else { return false }
            decoded.append(high << 4 | value)
            escape.removeAll(keepingCapacity: true)
            return true
        }
        guard Self.endsLine(byte), escape.count < Self.maximumWhitespace, escape.dropFirst().allSatisfy(Self.endsLine)
        else { return false }
        escape.append(byte)
        return true
    }

    /// Whether a byte may stand between the "=" of a soft line break and its LF.
    private static func endsLine(_ byte: UInt8) -> Bool { byte.isWhitespace || byte == ASCII.carriageReturn }

    private mutating func releaseWhitespace(into decoded: inout [UInt8]) {
        decoded += whitespace
        whitespace.removeAll(keepingCapacity: true)
    }
}
