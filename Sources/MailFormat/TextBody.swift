// A text as the body of a message: in the transfer encoding that fits it.

/// A text's bytes on the wire, and what the header says of them.
struct TextBody {
    let charset: String
    let encoding: String
    let bytes: [UInt8]

    /// Longest line that goes out as it is (RFC 5322 2.1.1).
    private static let longestLine = 998
    /// Longest line of an encoded body (RFC 2045 6.7, 6.8).
    private static let longestEncoded = 76

    /// Lines may end in CRLF, LF or CR; all come to end in CRLF.
    init(_ text: String) {
        var lines: [[UInt8]] = [[]]
        var isAfterCarriageReturn = false
        for byte in text.utf8 {
            switch byte {
            case ASCII.lineFeed where isAfterCarriageReturn: break
            case ASCII.lineFeed, ASCII.carriageReturn: lines.append([])
            default: lines[lines.count - 1].append(byte)
            }
            isAfterCarriageReturn = byte == ASCII.carriageReturn
        }
        if lines.last?.isEmpty == true { lines.removeLast() }
        let all = Array(lines.joined())
        let odd = all.reduce(0) { $0 + ($1 >= 0x80 || ($1 < 0x20 && $1 != ASCII.tab) || $1 == 0x7F ? 1 : 0) }
        charset = all.allSatisfy { $0 < 0x80 } ? "us-ascii" : "utf-8"
        if odd == 0, lines.allSatisfy({ $0.count <= Self.longestLine }) {
            encoding = "7bit"
            bytes = lines.flatMap { $0 + [ASCII.carriageReturn, ASCII.lineFeed] }
        } else if odd * 3 <= all.count {
            encoding = "quoted-printable"
            bytes = lines.flatMap { Self.quoted($0) + [ASCII.carriageReturn, ASCII.lineFeed] }
        } else {
            encoding = "base64"
            let encoded = Array(
                Base64.encode(lines.flatMap { $0 + [ASCII.carriageReturn, ASCII.lineFeed] }).utf8)
            bytes = stride(from: 0, to: encoded.count, by: Self.longestEncoded).flatMap { start in
                encoded[start..<min(start + Self.longestEncoded, encoded.count)]
                    + [ASCII.carriageReturn, ASCII.lineFeed]
            }
        }
    }

    /// RFC 2045 6.7: one line, with soft line breaks.
    private static func quoted(_ line: [UInt8]) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        var result: [UInt8] = []
        var column = 0
        for (place, byte) in line.enumerated() {
            let isBlank = byte == ASCII.space || byte == ASCII.tab
            // A blank at the end of a line would be lost on the way.
            let isPlain = (0x21..<0x7F).contains(byte) && byte != ASCII.equals || isBlank && place < line.count - 1
            let piece = isPlain ? [byte] : [ASCII.equals, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            // One column is for the sign of the soft line break.
            if column + piece.count > longestEncoded - 1 {
                result += [ASCII.equals, ASCII.carriageReturn, ASCII.lineFeed]
                column = 0
            }
            result += piece
            column += piece.count
        }
        return result
    }
}
