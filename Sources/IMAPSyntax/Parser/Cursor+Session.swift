// Arguments of the commands about the session: ID, LOGIN, AUTHENTICATE.

extension Cursor {
    /// RFC 2971 3.1 allows at most so many fields.
    private static let maximumIDFields = 30

    ///     id_params_list ::= "(" #(string SPACE nstring) ")" / nil
    mutating func id() throws(SyntaxError) -> Command {
        if take("NIL") { return .id(nil) }
        let fields = try parenthesised("ID fields", mayBeEmpty: true) { cursor throws(SyntaxError) in
            let name = try cursor.string()
            try cursor.space()
            return IDField(name: name, value: try cursor.nstring())
        }
        guard fields.count <= Cursor.maximumIDFields else { throw error(.tooMany("ID fields")) }
        return .id(fields)
    }

    ///     login    = "LOGIN" SP userid SP password
    ///     userid   = astring
    ///     password = astring
    mutating func login() throws(SyntaxError) -> Command {
        let user = try astring()
        try space()
        return .login(user: user, password: Secret(try astring()))
    }

    ///     authenticate = "AUTHENTICATE" SP auth-type [SP initial-resp] *(CRLF base64)
    ///     initial-resp = (base64 / "=")
    mutating func authenticate() throws(SyntaxError) -> Command {
        let mechanism = try keyword("a SASL mechanism")
        guard take(UInt8(ascii: " ")) else { return .authenticate(mechanism: mechanism, initialResponse: nil) }
        let start = position
        let word = run { $0 > UInt8(ascii: " ") && $0 < 0x7F }
        if word.elementsEqual("=".utf8) {
            return .authenticate(mechanism: mechanism, initialResponse: Secret([]))
        }
        guard !word.isEmpty, let response = Base64.decode(word) else {
            throw SyntaxError(.invalid("base64"), offset: start)
        }
        return .authenticate(mechanism: mechanism, initialResponse: Secret(response))
    }
}

/// A line that a client sends in the course of AUTHENTICATE (RFC 9051 6.2.2).
package enum AuthenticationLine: Hashable, Sendable {
    case response(Secret)
    /// The client gave up with "*".
    case cancelled

    /// Reads a line without its end, as `FramingEvent.line` has it; nil when it is not base64.
    package init?(_ line: [UInt8]) {
        if line == [UInt8(ascii: "*")] {
            self = .cancelled
        } else if let response = Base64.decode(line) {
            self = .response(Secret(response))
        } else {
            return nil
        }
    }
}

/// The line that ends IDLE.
///
///     idle = "IDLE" CRLF "DONE"
package enum IdleLine {
    /// Whether `line`, without its end, is DONE.
    package static func isDone(_ line: [UInt8]) -> Bool {
        line.elementsEqual("DONE".utf8) { ByteClass.upper($0) == $1 }
    }
}
