// Strings of the grammar: quoted, literal, astring, nstring.

extension Cursor {
    ///     astring = 1*ASTRING-CHAR / string
    mutating func astring() throws(SyntaxError) -> [UInt8] {
        let atom = run(while: ByteClass.isAStringCharacter)
        if !atom.isEmpty { return Array(atom) }
        return try string()
    }

    ///     nstring = string / nil
    mutating func nstring() throws(SyntaxError) -> [UInt8]? {
        if take("NIL") { return nil }
        return try string()
    }

    ///     string = quoted / literal
    mutating func string() throws(SyntaxError) -> [UInt8] {
        switch next {
        case UInt8(ascii: "\""): return try quoted()
        case UInt8(ascii: "{"): return try literal()
        default: throw error(.expected("a string"))
        }
    }

    ///     quoted      = DQUOTE *QUOTED-CHAR DQUOTE
    ///     QUOTED-CHAR = <any TEXT-CHAR except quoted-specials> / "\" quoted-specials / UTF8-2 / UTF8-3 / UTF8-4
    ///
    /// Bytes above 0x7F are let through in every mode: IMAP4rev1 forbids them, but clients send passwords and search
    /// strings so, and whoever takes the string checks its charset. Where UTF-8 is enabled they must be that (RFC 6855 3).
    mutating func quoted() throws(SyntaxError) -> [UInt8] {
        let start = position
        try expect(UInt8(ascii: "\""), "a quoted string")
        var value: [UInt8] = []
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                if options.usesUTF8, !UTF8Validation.isWellFormed(value) {
                    throw SyntaxError(.invalid("UTF-8 in the quoted string that begins"), offset: start)
                }
                advance()
                return value
            case UInt8(ascii: "\\"):
                advance()
                guard let escaped = next, escaped == UInt8(ascii: "\"") || escaped == UInt8(ascii: "\\") else {
                    throw error(.invalid("escape in a quoted string"))
                }
                value.append(escaped)
            case 0:
                throw error(.nul)
            case UInt8(ascii: "\r"), UInt8(ascii: "\n"):
                throw SyntaxError(.expected("the end of the quoted string that begins"), offset: start)
            default:
                value.append(byte)
            }
            advance()
        }
        throw SyntaxError(.expected("the end of the quoted string that begins"), offset: start)
    }

    ///     literal = "{" number64 ["+"] "}" CRLF *CHAR8
    private mutating func literal() throws(SyntaxError) -> [UInt8] {
        let header = try literalHeader(mayBeBinary: false)
        guard header.size <= UInt64(bytes.count - position) else { throw error(.expected("the rest of the literal")) }
        let end = position + Int(header.size)
        let value = bytes[position..<end]
        if let nul = value.firstIndex(of: 0) { throw SyntaxError(.nul, offset: nul) }
        advance(value.count)
        return Array(value)
    }

    ///     literal8 = "~{" number64 ["+"] "}" CRLF *OCTET
    mutating func literal8() throws(SyntaxError) -> [UInt8] {
        let header = try literalHeader(mayBeBinary: true)
        guard header.size <= UInt64(bytes.count - position) else { throw error(.expected("the rest of the literal")) }
        let value = bytes[position..<position + Int(header.size)]
        advance(value.count)
        return Array(value)
    }

    /// The announcement of a literal with its line end.
    ///
    ///     literal8 = "~{" number64 ["+"] "}" CRLF *OCTET
    mutating func literalHeader(mayBeBinary: Bool) throws(SyntaxError) -> LiteralHeader {
        let isBinary = mayBeBinary && take(UInt8(ascii: "~"))
        try expect(UInt8(ascii: "{"), "a literal")
        let size = try number64()
        let isSynchronizing = !take(UInt8(ascii: "+"))
        try expect(UInt8(ascii: "}"), "}")
        _ = take(UInt8(ascii: "\r"))
        try expect(UInt8(ascii: "\n"), "a line end after the literal's size")
        return LiteralHeader(size: size, isSynchronizing: isSynchronizing, isBinary: isBinary)
    }
}
