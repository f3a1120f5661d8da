// Cuts the value of a structured header field into what RFC 5322 3.2 and RFC 2045 5.1 make it of; lenient throughout.

/// Walks an unfolded field value. Whatever is not closed (comment, quoted string, domain literal) ends with the value.
struct HeaderLexer {
    let bytes: [UInt8]
    private(set) var index = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The byte at hand, nil at the end.
    var current: UInt8? { index < bytes.count ? bytes[index] : nil }

    mutating func advance() { if index < bytes.count { index += 1 } }

    /// Passes over the byte at hand if it is this one; tells whether it was.
    mutating func skip(_ byte: UInt8) -> Bool {
        guard current == byte else { return false }
        index += 1
        return true
    }

    /// Passes over comments and white space.
    ///
    ///     CFWS = (1*([FWS] comment) [FWS]) / FWS
    ///
    /// - Returns: the text of the last comment met, if any.
    @discardableResult mutating func skipCFWS() -> [UInt8]? {
        var comment: [UInt8]?
        while let byte = current {
            if byte.isWhitespace {
                index += 1
            } else if byte == ASCII.leftParenthesis {
                comment = readComment()
            } else {
                break
            }
        }
        return comment
    }

    /// Reads a comment from its "(" on and gives the text in it; comments inside keep their parentheses.
    ///
    ///     comment = "(" *([FWS] ccontent) [FWS] ")"
    mutating func readComment() -> [UInt8] {
        var text: [UInt8] = []
        var depth = 0
        while let byte = current {
            index += 1
            switch byte {
            case ASCII.backslash:
                if let escaped = current { text.append(escaped) }
                advance()
            case ASCII.leftParenthesis:
                if depth > 0 { text.append(byte) }
                depth += 1
            case ASCII.rightParenthesis:
                depth -= 1
                if depth == 0 { return Array(text.trimmingWhitespace()) }
                text.append(byte)
            default:
                text.append(byte)
            }
        }
        return Array(text.trimmingWhitespace())
    }

    /// Reads a quoted string from its quote on and gives what it stands for.
    ///
    ///     quoted-string = DQUOTE *([FWS] qcontent) [FWS] DQUOTE
    mutating func readQuotedString() -> [UInt8] {
        var text: [UInt8] = []
        advance()
        while let byte = current {
            index += 1
            if byte == ASCII.quote { break }
            if byte == ASCII.backslash, let escaped = current {
                text.append(escaped)
                index += 1
            } else {
                text.append(byte)
            }
        }
        return text
    }

    /// Reads a token (RFC 2045 5.1); empty when there is none here.
    mutating func readToken() -> ArraySlice<UInt8> {
        read { $0.isToken }
    }

    /// Reads the longest run of bytes that satisfy a condition.
    mutating func read(while condition: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        let start = index
        while index < bytes.count, condition(bytes[index]) { index += 1 }
        return bytes[start..<index]
    }

    /// Passes over everything up to one of these bytes, which may not be in a quoted string or a comment.
    ///
    /// - Returns: the text of the last comment passed, if any.
    @discardableResult mutating func skip(to isEnd: (UInt8) -> Bool) -> [UInt8]? {
        var comment: [UInt8]?
        while let byte = current, !isEnd(byte) {
            switch byte {
            case ASCII.quote: _ = readQuotedString()
            case ASCII.leftParenthesis: comment = readComment()
            default: index += 1
            }
        }
        return comment
    }
}
