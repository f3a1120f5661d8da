// The identifiers that messages give themselves, and by which they name those they answer.

/// A Message-ID (RFC 5322 3.6.4) in a form in which equal ones are equal bytes: without angle brackets, quoting, comments
/// and white space, as RFC 5256 asks of THREAD=REFERENCES.
///
///     msg-id   = [CFWS] "<" id-left "@" id-right ">" [CFWS]
///     id-left  = dot-atom-text / obs-id-left
///     id-right = dot-atom-text / no-fold-literal / obs-id-right
package struct MessageID: Sendable, Hashable {
    package let bytes: [UInt8]

    /// The identifiers in an unfolded field value, in their order. What is none is passed over.
    ///
    /// - Parameter limit: how many to give; of more, the last ones, which are the nearest ancestors in References.
    package static func list(in value: [UInt8], limit: Int = .max) -> [MessageID] {
        var lexer = HeaderLexer(value)
        var ids: [MessageID] = []
        while lexer.current != nil {
            lexer.skip { $0 == ASCII.less }
            if let id = read(&lexer) { ids.append(id) }
        }
        return ids.count > limit ? Array(ids.suffix(limit)) : ids
    }

    /// The first identifier in an unfolded field value.
    package static func first(in value: [UInt8]) -> MessageID? {
        var lexer = HeaderLexer(value)
        while lexer.current != nil {
            lexer.skip { $0 == ASCII.less }
            if let id = read(&lexer) { return id }
        }
        return nil
    }

    /// Reads from "<" to behind ">", or to the next "<", where another may begin.
    private static func read(_ lexer: inout HeaderLexer) -> MessageID? {
        guard lexer.skip(ASCII.less) else { return nil }
        var bytes: [UInt8] = []
        var at: Int?
        while let byte = lexer.current {
            switch byte {
            case ASCII.greater:
                lexer.advance()
                guard let at, at > 0, at < bytes.count - 1 else { return nil }
                return MessageID(bytes: bytes)
            case ASCII.less: return nil
            case ASCII.quote: bytes += lexer.readQuotedString()
            case ASCII.leftParenthesis: _ = lexer.readComment()
            case _ where byte.isWhitespace: lexer.advance()
            default:
                if byte == ASCII.at { at = bytes.count }
                bytes.append(byte)
                lexer.advance()
            }
        }
        return nil
    }
}
