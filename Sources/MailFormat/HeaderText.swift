// Text of any kind as header fields can hold it (RFC 2047), folded.

/// Writes text into header fields.
enum HeaderText {
    /// Columns that a line should have at most (RFC 5322 2.1.1).
    private static let columns = 78
    /// Bytes of UTF-8 in an encoded word: with what stands around them it has 75 characters at most (RFC 2047 2).
    private static let wordBytes = 45

    /// A display name: a quoted string, or encoded words.
    static func phrase(_ text: String) -> String {
        guard isPlain(text), text.utf8.count <= wordBytes else { return words(text) }
        var quoted = "\""
        for scalar in text.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { quoted += "\\" }
            quoted.unicodeScalars.append(scalar)
        }
        return quoted + "\""
    }

    /// The value of a field such as Subject: as it is, folded where it has blanks, or encoded words.
    ///
    /// - Parameter start: columns that the field's name takes.
    static func unstructured(_ text: String, after start: Int) -> String {
        guard isPlain(text), let folded = fold(text, after: start) else { return words(text) }
        return folded
    }

    /// Printable ASCII in which nobody would see an encoded word, and that does not begin or end in a blank, which is lost.
    private static func isPlain(_ text: String) -> Bool {
        text.utf8.allSatisfy { (0x20..<0x7F).contains($0) } && text.utf8.first != ASCII.space
            && text.utf8.last != ASCII.space && Array(text.utf8).withUnsafeBufferPointer(EncodedWord.isPlain)
    }

    /// Nil where a line would be too long all the same, or hold blanks alone.
    private static func fold(_ text: String, after start: Int) -> String? {
        var lines: [String] = []
        var line = ""
        var column = start
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            let isFirst = lines.isEmpty && line.isEmpty && column == start
            if !isFirst, column + 1 + word.utf8.count > columns, !word.isEmpty, line.contains(where: { $0 != " " }) {
                lines.append(line)
                line = ""
                column = 0
            }
            line += isFirst ? String(word) : " \(word)"
            column += word.utf8.count + (isFirst ? 0 : 1)
        }
        lines.append(line)
        return lines.allSatisfy { $0.utf8.count <= columns * 4 } ? lines.joined(separator: "\r\n") : nil
    }

    private static func words(_ text: String) -> String {
        var words: [String] = []
        var bytes: [UInt8] = []
        for scalar in text.unicodeScalars {
            let encoded = Array(String(scalar).utf8)
            if bytes.count + encoded.count > wordBytes {
                words.append(word(bytes))
                bytes = []
            }
            bytes += encoded
        }
        words.append(word(bytes))
        return words.joined(separator: "\r\n ")
    }

    private static func word(_ bytes: [UInt8]) -> String { "=?UTF-8?B?\(Base64.encode(bytes))?=" }
}

/// RFC 2045 6.8
enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var bits: UInt32 = 0
            for byte in group { bits = bits << 8 | UInt32(byte) }
            bits <<= 8 * UInt32(3 - group.count)
            for place in 0..<4 {
                text.append(place > group.count ? ASCII.equals : alphabet[Int(bits >> UInt32(18 - 6 * place) & 63)])
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
