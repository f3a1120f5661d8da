// What a client may ask for, in SMTP and in LMTP.

/// One command, parsed. Verbs are those of RFC 5321 section 4.1.1, LHLO of RFC 2033, and of the extensions in
/// ``ServiceExtension``.
package enum Command: Equatable, Sendable {
    /// RFC 5321 section 4.1.1.1.
    case helo(client: Domain)
    /// RFC 5321 section 4.1.1.1.
    case ehlo(client: Domain)
    /// RFC 2033 section 4.1.
    case lhlo(client: Domain)
    /// RFC 5321 section 4.1.1.2.
    case mail(from: ReversePath, MailParameters)
    /// RFC 5321 section 4.1.1.3.
    case rcpt(to: ForwardPath, RecipientParameters)
    /// RFC 5321 section 4.1.1.4.
    case data
    /// RFC 3030 section 2: `size` bytes of message follow this line at once.
    case bdat(size: UInt64, last: Bool)
    /// RFC 5321 section 4.1.1.5.
    case rset
    /// RFC 5321 section 4.1.1.6.
    case vrfy(String)
    /// RFC 5321 section 4.1.1.7.
    case expn(String)
    /// RFC 5321 section 4.1.1.8.
    case help
    /// RFC 5321 section 4.1.1.9.
    case noop
    /// RFC 5321 section 4.1.1.10.
    case quit
    /// RFC 3207 section 4.
    case startTLS
    /// RFC 4954 section 4.
    case auth(AuthCommand)
    /// Postfix's XCLIENT_README.
    case xclient(ClientAttributes)
}

/// RFC 4954 section 4. The initial response holds a credential, so it never prints.
package struct AuthCommand: Equatable, Sendable, CustomStringConvertible, CustomReflectable {
    /// The mechanism's name in upper case.
    package let mechanism: String
    /// The Base64 text, or `=` for an empty response; nil when the command had none.
    package let initialResponse: [UInt8]?

    package init(mechanism: String, initialResponse: [UInt8]?) {
        self.mechanism = mechanism
        self.initialResponse = initialResponse
    }

    package var description: String { "AUTH \(mechanism)" }
    package var customMirror: Mirror { Mirror(self, children: ["mechanism": mechanism]) }
}

/// The first word of a command line.
package enum Verb: String, CaseIterable, Sendable {
    case helo = "HELO"
    case ehlo = "EHLO"
    case lhlo = "LHLO"
    case mail = "MAIL"
    case rcpt = "RCPT"
    case data = "DATA"
    case bdat = "BDAT"
    case rset = "RSET"
    case vrfy = "VRFY"
    case expn = "EXPN"
    case help = "HELP"
    case noop = "NOOP"
    case quit = "QUIT"
    case startTLS = "STARTTLS"
    case auth = "AUTH"
    case xclient = "XCLIENT"
}

/// The two protocols that share this syntax.
package enum Dialect: Sendable {
    /// RFC 5321.
    case smtp
    /// RFC 2033: LHLO in place of HELO and EHLO, and a reply a recipient after the message.
    case lmtp
}
