// Makes readable text of header values: decodes the encoded words in them.

/// Decodes encoded words (RFC 2047, with the language tags of RFC 2231 section 5).
///
///     encoded-word = "=?" charset ["*" language] "?" encoding "?" encoded-text "?="
///
/// An encoded word is decoded wherever it stands, for many programs forget the white space around it. Adjacent ones are
/// joined, and if they share their character set they are converted as one text, so that a character may be divided
/// between them. One with an unknown character set or encoding is left as it is.
package enum EncodedWord {
    /// The text of an unfolded header value. Bytes outside encoded words are UTF-8 (RFC 6532), or else Latin-1.
    package static func decode(_ value: [UInt8]) -> String {
        var decoder = Decoder(value: value)
        return decoder.decode()
    }

    /// Whether decoding would change nothing: no encoded word begins, and all bytes are ASCII.
    static func isPlain(_ value: UnsafeBufferPointer<UInt8>) -> Bool {
        var isAfterEquals = false
        for byte in value {
            if byte >= 0x80 || (isAfterEquals && byte == ASCII.question) { return false }
            isAfterEquals = byte == ASCII.equals
        }
        return true
    }

    fileprivate struct Word {
        var charset: Charset
        var text: [UInt8]
        var end: Int
    }
}

private struct Decoder {
    private let value: [UInt8]
    private var text = ""
    /// Where the plain text not yet taken over begins.
    private var plainStart = 0
    /// The words met that still may be continued by the next one.
    private var run: (charset: Charset, bytes: [UInt8])?
    /// Once no "?=" follows, no later "=?" can begin a word: without this the search would be quadratic.
    private var mayEnd = true

    init(value: [UInt8]) { self.value = value }

    mutating func decode() -> String {
        var index = 0
        while index < value.count {
            guard value[index] == ASCII.equals, mayEnd, let word = word(at: index) else {
                index += 1
                continue
            }
            let plain = value[plainStart..<index]
            // White space between two encoded words is not part of the text (RFC 2047 6.2).
            if run == nil || !plain.allSatisfy(\.isWhitespace) { flush(plain: plain) }
            if let run, run.charset == word.charset {
                self.run = (run.charset, run.bytes + word.text)
            } else {
                flush(plain: [])
                run = (word.charset, word.text)
            }
            index = word.end
            plainStart = index
        }
        flush(plain: value[plainStart...])
        return text
    }

    /// Takes over the run of words, then plain text.
    private mutating func flush(plain: ArraySlice<UInt8>) {
        if let run { text += run.charset.decode(run.bytes) ?? String(decoding: run.bytes, as: UTF8.self) }
        run = nil
        guard !plain.isEmpty else { return }
        if let valid = String(validating: plain, as: UTF8.self) {
            text += valid
        } else {
            text += String(latin1: plain)
        }
    }

    /// The encoded word that begins at an offset, if one does.
    private mutating func word(at start: Int) -> EncodedWord.Word? {
        var index = start + 1
        guard index < value.count, value[index] == ASCII.question else { return nil }
        index += 1
        let name = value[index...].prefix { $0.isToken }
        // The longest charset name is far shorter; the bound keeps the search linear.
        guard !name.isEmpty, name.count <= 80, name.endIndex + 2 < value.count,
            value[name.endIndex] == ASCII.question, value[name.endIndex + 2] == ASCII.question
        else { return nil }
        let encoding = value[name.endIndex + 1].lowercased
        guard encoding == UInt8(ascii: "b") || encoding == UInt8(ascii: "q"),
            let charset = Charset(name.prefix { $0 != ASCII.asterisk })
        else { return nil }
        // From here on the word is one if only it ends: what is searched is then not searched again.
        let textStart = name.endIndex + 3
        guard let textEnd = end(from: textStart) else {
            mayEnd = false
            return nil
        }
        let text = value[textStart..<textEnd]
        let decoded = encoding == UInt8(ascii: "b") ? decodeB(text) : decodeQ(text)
        return EncodedWord.Word(charset: charset, text: decoded, end: textEnd + 2)
    }

    /// The B encoding (RFC 2047 4.1): base64.
    private func decodeB(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var decoded: [UInt8] = []
        var decoder = Base64Decoder()
        decoder.decode(text.span.bytes, into: &decoded)
        decoder.finish(into: &decoded)
        return decoded
    }

    /// Where the "?=" stands that ends a text.
    private func end(from start: Int) -> Int? {
        var index = start
        while index + 1 < value.count {
            if value[index] == ASCII.question, value[index + 1] == ASCII.equals { return index }
            index += 1
        }
        return nil
    }

    /// The Q encoding (RFC 2047 4.2): "_" is a space, "=" begins two hexadecimal digits.
    private func decodeQ(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(text.count)
        var index = text.startIndex
        while index < text.endIndex {
            let byte = text[index]
            if byte == ASCII.equals, index + 2 < text.endIndex, let high = text[index + 1].hexadecimalValue,
                let low = text[index + 2].hexadecimalValue
            {
                decoded.append(high << 4 | low)
                index += 3
            } else {
                decoded.append(byte == ASCII.underscore ? ASCII.space : byte)
                index += 1
            }
        }
        return decoded
    }
}
