// Replies to bytes. Whatever the text holds, what leaves here is lines of printable ASCII.

extension Reply {
    /// Longest reply line in bytes with its CRLF (RFC 5321 section 4.5.3.1.5).
    package static let longestLine = 512

    /// Appends the reply as it goes on the wire.
    ///
    ///     Reply-line = *( Reply-code "-" [ textstring ] CRLF ) Reply-code [ SP textstring ] CRLF
    ///
    /// Control characters, CR and LF among them, and bytes outside ASCII become `?`, so no text can end a line or
    /// begin a reply of its own. Text that does not fit its line is cut.
    package func encode(into bytes: inout [UInt8]) {
        let texts = lines.isEmpty ? [""] : lines
        for (index, text) in texts.enumerated() {
            let start = bytes.count
            bytes.append(contentsOf: "\(code)".utf8)
            bytes.append(UInt8(ascii: index == texts.count - 1 ? " " : "-"))
            // RFC 2034 section 4: the status code begins the text of every line.
            if let status { bytes.append(contentsOf: "\(status) ".utf8) }
            let room = Reply.longestLine - 2 - (bytes.count - start)
            for byte in text.utf8.prefix(room) {
                bytes.append((0x20...0x7E).contains(byte) ? byte : UInt8(ascii: "?"))
            }
            bytes.append(contentsOf: [0x0D, 0x0A])
        }
    }

    /// The reply as it goes on the wire.
    package var encoded: [UInt8] {
        var bytes: [UInt8] = []
        encode(into: &bytes)
        return bytes
    }
}
