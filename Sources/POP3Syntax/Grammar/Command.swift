// What a client may ask for.

/// One command, parsed. RFC 1939 and the extensions that CAPA announces.
package enum Command: Equatable, Sendable {
    /// RFC 1939 7.
    case user(String)
    /// RFC 1939 7.
    case pass(Secret)
    /// RFC 1939 7. Known, so that it can be refused by name.
    case apop
    /// RFC 5034 4.
    case auth(AuthCommand)
    /// RFC 2595 4.
    case stls
    /// RFC 6856 2.1.
    case utf8
    /// RFC 2449 5.
    case capa
    /// RFC 1939 4, 6.
    case quit
    /// RFC 1939 5.
    case stat
    /// RFC 1939 5. Nil for every message.
    case list(MessageNumber?)
    /// RFC 1939 5.
    case retr(MessageNumber)
    /// RFC 1939 5.
    case dele(MessageNumber)
    /// RFC 1939 5.
    case noop
    /// RFC 1939 5.
    case rset
    /// RFC 1939 7: the header and so many lines of the body.
    case top(MessageNumber, lines: UInt64)
    /// RFC 1939 7. Nil for every message.
    case uidl(MessageNumber?)

    package var verb: Verb {
        switch self {
        case .user: .user
        case .pass: .pass
        case .apop: .apop
        case .auth: .auth
        case .stls: .stls
        case .utf8: .utf8
        case .capa: .capa
        case .quit: .quit
        case .stat: .stat
        case .list: .list
        case .retr: .retr
        case .dele: .dele
        case .noop: .noop
        case .rset: .rset
        case .top: .top
        case .uidl: .uidl
        }
    }
}

/// A message's number in the maildrop, counted from 1. Whether there is such a message the session knows.
package typealias MessageNumber = UInt64

/// RFC 5034 4. The initial response holds a credential, so it never prints.
package struct AuthCommand: Equatable, Sendable {
    /// The mechanism's name in upper case.
    package let mechanism: String
    /// The Base64 text, or `=` for an empty response; nil when the command had none.
    package let initialResponse: Secret?

    package init(mechanism: String, initialResponse: Secret?) {
        self.mechanism = mechanism
        self.initialResponse = initialResponse
    }
}

/// The first word of a command line.
package enum Verb: String, CaseIterable, Sendable {
    case user = "USER"
    case pass = "PASS"
    case apop = "APOP"
    case auth = "AUTH"
    case stls = "STLS"
    case utf8 = "UTF8"
    case capa = "CAPA"
    case quit = "QUIT"
    case stat = "STAT"
    case list = "LIST"
    case retr = "RETR"
    case dele = "DELE"
    case noop = "NOOP"
    case rset = "RSET"
    case top = "TOP"
    case uidl = "UIDL"
}
