// Command lines to commands.

/// Parses the command lines of one session.
package struct CommandParser: Sendable {
    package var dialect: Dialect
    /// What the session has announced: commands and parameters of other extensions are refused.
    package var offered: Set<ServiceExtension>

    package init(dialect: Dialect, offered: Set<ServiceExtension>) {
        self.dialect = dialect
        self.offered = offered
    }

    /// Parses one line, given without its CRLF.
    package func parse(_ line: some Sequence<UInt8>) throws(CommandError) -> Command {
        var line = Array(line)
        if let offset = line.firstIndex(where: { ($0 < 0x20 && $0 != 0x09) || $0 == 0x7F }) {
            throw CommandError(.badByte, offset: offset)
        }
        // RFC 5321 section 4.1.1: white space before the CRLF is tolerated.
        while let last = line.last, last == 0x20 || last == 0x09 { line.removeLast() }

        var cursor = Cursor(line)
        let word = String(decoding: cursor.take { $0 != UInt8(ascii: " ") }, as: UTF8.self)
        guard let verb = Verb(rawValue: word.uppercased()) else { throw CommandError(.unknownVerb) }
        try checkOffered(verb)

        switch verb {
        case .helo: return .helo(client: try client(&cursor))
        case .ehlo: return .ehlo(client: try client(&cursor))
        case .lhlo: return .lhlo(client: try client(&cursor))
        case .mail: return try mail(&cursor)
        case .rcpt: return try rcpt(&cursor)
        case .bdat: return try bdat(&cursor)
        case .vrfy: return .vrfy(try argument(&cursor))
        case .expn: return .expn(try argument(&cursor))
        case .help: return .help
        case .noop: return .noop
        case .data: return try bare(.data, &cursor)
        case .rset: return try bare(.rset, &cursor)
        case .quit: return try bare(.quit, &cursor)
        case .startTLS: return try bare(.startTLS, &cursor)
        case .auth: return .auth(try auth(&cursor))
        case .xclient: return .xclient(try xclient(&cursor))
        }
    }

    private func checkOffered(_ verb: Verb) throws(CommandError) {
        switch verb {
        case .helo, .ehlo:
            // RFC 2033 section 4.1: an LMTP server answers HELO and EHLO with 500.
            guard dialect == .smtp else { throw CommandError(.unknownVerb) }
        case .lhlo:
            guard dialect == .lmtp else { throw CommandError(.unknownVerb) }
        case .bdat:
            guard offered.contains(.chunking) else { throw CommandError(.notOffered) }
        case .startTLS:
            guard offered.contains(.startTLS) else { throw CommandError(.notOffered) }
        case .auth:
            guard offered.contains(.auth) else { throw CommandError(.notOffered) }
        case .xclient:
            guard offered.contains(.xclient) else { throw CommandError(.notOffered) }
        case .mail, .rcpt, .data, .rset, .vrfy, .expn, .help, .noop, .quit:
            break
        }
    }

    /// A command without arguments.
    private func bare(_ command: Command, _ cursor: inout Cursor) throws(CommandError) -> Command {
        guard cursor.isAtEnd else { throw cursor.error(.badArgument("No arguments expected")) }
        return command
    }

    /// `"EHLO" SP ( Domain / address-literal )`.
    private func client(_ cursor: inout Cursor) throws(CommandError) -> Domain {
        cursor.skipSpaces()
        guard !cursor.isAtEnd else { throw cursor.error(.badArgument("Host name expected")) }
        let start = cursor.offset
        let name = try? cursor.domainOrLiteral()
        // RFC 6531 section 3.7.1: no U-labels here, as nothing is negotiated yet.
        guard let name, cursor.isAtEnd, name.encoded.utf8.allSatisfy({ $0 < 0x80 }) else {
            throw CommandError(.badArgument("Bad host name"), offset: start)
        }
        return name
    }

    /// `"MAIL FROM:" Reverse-path [SP Mail-parameters]`. Spaces before the path are not in the grammar, but many
    /// clients send one and no path begins with it.
    private func mail(_ cursor: inout Cursor) throws(CommandError) -> Command {
        guard cursor.take(word: " FROM:") else { throw cursor.error(.badArgument("MAIL FROM:<address> expected")) }
        cursor.skipSpaces()
        let start = cursor.offset
        let path = try cursor.reversePath()
        let parameters = try MailParameters(try cursor.parameters(), offered: offered)
        guard path.isASCII || parameters.smtpUTF8 else { throw CommandError(.needsSMTPUTF8, offset: start) }
        return .mail(from: path, parameters)
    }

    /// `"RCPT TO:" Forward-path [SP Rcpt-parameters]`. Whether the address may leave ASCII depends on the MAIL before
    /// it, which the session knows.
    private func rcpt(_ cursor: inout Cursor) throws(CommandError) -> Command {
        guard cursor.take(word: " TO:") else { throw cursor.error(.badArgument("RCPT TO:<address> expected")) }
        cursor.skipSpaces()
        let path = try cursor.forwardPath()
        return .rcpt(to: path, try RecipientParameters(try cursor.parameters(), offered: offered))
    }

    /// `"BDAT" SP chunk-size [SP "LAST"]` (RFC 3030 section 2).
    private func bdat(_ cursor: inout Cursor) throws(CommandError) -> Command {
        cursor.skipSpaces()
        guard let size = decimal(cursor.take(while: CharacterClass.isDigit)) else {
            throw cursor.error(.badChunk("Chunk size expected"))
        }
        if cursor.isAtEnd { return .bdat(size: size, last: false) }
        guard cursor.take(" ") else { throw cursor.error(.badChunk("Bad chunk size")) }
        cursor.skipSpaces()
        guard cursor.take(word: "LAST"), cursor.isAtEnd else { throw cursor.error(.badChunk("LAST expected")) }
        return .bdat(size: size, last: true)
    }

    /// `"VRFY" SP String`.
    private func argument(_ cursor: inout Cursor) throws(CommandError) -> String {
        cursor.skipSpaces()
        let start = cursor.offset
        guard !cursor.isAtEnd, let text = String(validating: cursor.takeRest(), as: UTF8.self) else {
            throw CommandError(.badArgument("Name expected"), offset: start)
        }
        return text
    }

    ///     auth-command     = "AUTH" SP sasl-mech [SP initial-response]
    ///     sasl-mech        = 1*20mech-char ; upper-case letters, digits, "-" and "_"
    ///     initial-response = base64 / "="
    private func auth(_ cursor: inout Cursor) throws(CommandError) -> AuthCommand {
        cursor.skipSpaces()
        let start = cursor.offset
        let name = cursor.take {
            CharacterClass.isAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
        }
        guard (1...20).contains(name.count) else {
            throw CommandError(.badArgument("Mechanism expected"), offset: start)
        }
        let mechanism = String(decoding: name, as: UTF8.self).uppercased()
        if cursor.isAtEnd { return AuthCommand(mechanism: mechanism, initialResponse: nil) }
        guard cursor.take(" ") else { throw cursor.error(.badArgument("Bad mechanism")) }
        cursor.skipSpaces()
        return AuthCommand(mechanism: mechanism, initialResponse: Array(cursor.takeRest()))
    }

    ///     "XCLIENT" 1*( SP attribute-name "=" attribute-value )
    ///     attribute-name  = "NAME" / "ADDR" / "PORT" / "PROTO" / "HELO" / "DESTADDR" / "DESTPORT"
    ///     attribute-value = xtext ; "[UNAVAILABLE]" and "[TEMPUNAVAIL]" stand for what is not known
    private func xclient(_ cursor: inout Cursor) throws(CommandError) -> ClientAttributes {
        let parameters = try cursor.parameters()
        guard !parameters.isEmpty else { throw cursor.error(.badArgument("Attributes expected")) }
        var attributes = ClientAttributes()
        for parameter in parameters {
            guard let text = decodeXText(try parameter.requiredValue()) else {
                throw parameter.bad("Bad \(parameter.keyword)")
            }
            let isKnown = !["[UNAVAILABLE]", "[TEMPUNAVAIL]"].contains(text.uppercased())
            switch parameter.keyword {
            case "ADDR" where isKnown:
                attributes.address = text.lowercased().hasPrefix("ipv6:") ? String(text.dropFirst(5)) : text
            case "PORT" where isKnown:
                guard let port = UInt16(text) else { throw parameter.bad("Bad PORT") }
                attributes.port = Int(port)
            case "NAME", "ADDR", "PORT", "PROTO", "HELO", "DESTADDR", "DESTPORT": break
            default: throw parameter.bad("Attribute not recognized")
            }
        }
        return attributes
    }
}
