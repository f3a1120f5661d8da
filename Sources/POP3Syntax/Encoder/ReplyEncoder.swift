// Replies to bytes. Whatever the text holds, what leaves here is one line of printable ASCII.

extension Reply {
    /// Longest reply line in bytes with its CRLF (RFC 2449 4).
    package static let longestLine = 512

    /// Appends the reply as it goes on the wire.
    ///
    ///     single-line = status [SP text] CRLF
    ///     status      = "+OK" / "-ERR"
    ///     text        = *schar / resp-code *CHAR
    ///
    /// Control characters, CR and LF among them, and bytes outside ASCII become `?`, so no text can end the line. Text
    /// that does not fit is cut.
    package func encode(into bytes: inout [UInt8]) {
        let start = bytes.count
        bytes.append(contentsOf: (isPositive ? "+OK" : "-ERR").utf8)
        if let code { bytes.append(contentsOf: " [\(code.rawValue)]".utf8) }
        if !text.isEmpty { bytes.append(UInt8(ascii: " ")) }
        let room = Reply.longestLine - 2 - (bytes.count - start)
        for (index, byte) in text.utf8.prefix(room).enumerated() {
            // RFC 2449 3: only a response code begins with a bracket.
            let isForged = index == 0 && code == nil && byte == UInt8(ascii: "[")
            bytes.append((0x20...0x7E).contains(byte) && !isForged ? byte : UInt8(ascii: "?"))
        }
        bytes.append(contentsOf: [0x0D, 0x0A])
    }

    /// The reply as it goes on the wire.
    package var encoded: [UInt8] {
        var bytes: [UInt8] = []
        encode(into: &bytes)
        return bytes
    }
}

/// Lines of a list that a reply announced: scan listings, unique-id listings, capabilities.
package enum Listing {
    /// What ends a list (RFC 1939 3).
    package static let end: [UInt8] = Array(".\r\n".utf8)

    /// Appends a line of our own words: printable ASCII that does not begin with a dot.
    package static func append(_ line: String, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: line.utf8)
        bytes.append(contentsOf: [0x0D, 0x0A])
    }
}
