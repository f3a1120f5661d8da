// The parameters of Content-Type and Content-Disposition, with the continuations of RFC 2231 joined.

/// One parameter of a MIME header field (RFC 2045 5.1, RFC 2231).
package struct Parameter: Sendable, Equatable {
    /// The name in lower case. It ends with "*" when the value is an extended one.
    package var name: String
    /// The value without its quoting. That of an extended parameter keeps the form of RFC 2231 section 4,
    /// charset'language'percent-encoded.
    package var value: [UInt8]

    package init(name: String, value: [UInt8]) {
        self.name = name
        self.value = value
    }

    /// Reads the parameters from the lexer's place to the end of the field.
    ///
    ///     *(";" attribute "=" value)      RFC 2045 5.1
    ///
    /// What stands between a value and the next ";" is passed over, and so is a parameter without a name or a value.
    static func list(_ lexer: inout HeaderLexer, limit: Int) -> [Parameter] {
        var parameters: [Parameter] = []
        var hasSections = false
        while parameters.count < limit {
            lexer.skip { $0 == ASCII.semicolon }
            guard lexer.skip(ASCII.semicolon) else { break }
            lexer.skipCFWS()
            let name = lexer.readToken()
            lexer.skipCFWS()
            guard !name.isEmpty, lexer.skip(ASCII.equals) else { continue }
            lexer.skipCFWS()
            parameters.append(Parameter(name: String(lowercasing: name), value: readValue(&lexer)))
            hasSections = hasSections || name.contains(ASCII.asterisk)
        }
        return hasSections ? ParameterSections.join(parameters) : parameters
    }

    /// Reads a value. An unquoted one may hold characters that a token may not, for many programs forget the quotes.
    ///
    ///     value = token / quoted-string
    private static func readValue(_ lexer: inout HeaderLexer) -> [UInt8] {
        if lexer.current == ASCII.quote { return lexer.readQuotedString() }
        return Array(
            lexer.read { !$0.isWhitespace && $0 != ASCII.semicolon && $0 != ASCII.leftParenthesis && $0 != ASCII.quote }
        )
    }
}
