// Command lines to commands.

/// Parses command lines. What it reads is bounded by the line, which is bounded by ``LineFramer``.
package struct CommandParser: Sendable {
    /// Bytes of a command line without its end. RFC 2449 4 asks for 253; AUTH with a whole PLAIN response takes more.
    package static let longestLine = 2_048

    package init() {}

    /// Parses one line, given without its end.
    package func parse(_ line: some Sequence<UInt8>) throws(CommandError) -> Command {
        let bytes = Array(line)
        if let offset = bytes.firstIndex(where: { ($0 < 0x20 && $0 != 0x09) || $0 == 0x7F }) {
            throw CommandError(.badByte, offset: offset)
        }
        let word = bytes.prefix { $0 != UInt8(ascii: " ") }
        guard let verb = Verb(rawValue: String(decoding: word, as: UTF8.self).uppercased()) else {
            throw CommandError(.unknownVerb)
        }
        return try parse(verb, Arguments(bytes.dropFirst(word.count)))
    }

    private func parse(_ verb: Verb, _ arguments: Arguments) throws(CommandError) -> Command {
        var arguments = arguments
        switch verb {
        case .user: return .user(try arguments.text("User name expected"))
        case .pass: return .pass(try arguments.secret("Password expected"))
        case .apop: return .apop
        case .auth: return .auth(try auth(&arguments))
        case .list: return .list(try arguments.isAtEnd ? nil : only(&arguments))
        case .uidl: return .uidl(try arguments.isAtEnd ? nil : only(&arguments))
        case .retr: return .retr(try only(&arguments))
        case .dele: return .dele(try only(&arguments))
        case .top: return try top(&arguments)
        case .stls: return try bare(.stls, arguments)
        case .utf8: return try bare(.utf8, arguments)
        case .capa: return try bare(.capa, arguments)
        case .quit: return try bare(.quit, arguments)
        case .stat: return try bare(.stat, arguments)
        case .noop: return try bare(.noop, arguments)
        case .rset: return try bare(.rset, arguments)
        }
    }

    /// A command without arguments.
    private func bare(_ command: Command, _ arguments: Arguments) throws(CommandError) -> Command {
        guard arguments.isAtEnd else { throw arguments.error("No arguments expected") }
        return command
    }

    /// A message's number, and nothing behind it.
    private func only(_ arguments: inout Arguments) throws(CommandError) -> MessageNumber {
        let number = try arguments.number("Message number expected")
        guard arguments.isAtEnd else { throw arguments.error("One message number expected") }
        return number
    }

    /// `"TOP" SP msg SP n` (RFC 1939 7).
    private func top(_ arguments: inout Arguments) throws(CommandError) -> Command {
        let number = try arguments.number("Message number expected")
        let lines = try arguments.number("Number of lines expected")
        guard arguments.isAtEnd else { throw arguments.error("Two numbers expected") }
        return .top(number, lines: lines)
    }

    ///     auth-command     = "AUTH" SP sasl-mech [SP initial-response]
    ///     sasl-mech        = 1*20mech-char ; upper-case letters, digits, "-" and "_"
    ///     initial-response = base64 / "="
    private func auth(_ arguments: inout Arguments) throws(CommandError) -> AuthCommand {
        let mechanism = try arguments.mechanism()
        return AuthCommand(mechanism: mechanism, initialResponse: arguments.rest())
    }
}
