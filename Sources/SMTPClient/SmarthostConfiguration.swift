// Where outgoing mail goes, and how it is kept from others' eyes.

/// How the conversation with the smarthost is encrypted.
package enum SmarthostEncryption: Sendable, Equatable {
    case none
    /// STARTTLS (RFC 3207). When it is not required, a smarthost that does not offer it is spoken to in clear.
    case startTLS(isRequired: Bool)
    /// TLS from the first byte (RFC 8314). With a fallback port, a smarthost with which that fails is spoken to there,
    /// by STARTTLS if it offers that and in clear otherwise.
    case implicit(fallbackPort: Int?)
}

/// The mechanism by which the client shows who it is.
package enum SmarthostMechanism: String, Sendable {
    case plain = "PLAIN"
    case login = "LOGIN"
}

/// How long a conversation may take.
package struct SMTPTimeouts: Sendable {
    /// From the start to an open connection, TLS included.
    package var connect: Duration
    /// For each reply; whole seconds. RFC 5321 section 4.5.3.2 asks for five minutes, and ten after the message.
    package var reply: Duration
    /// For everything up to the last reply.
    package var total: Duration

    package init(connect: Duration = .seconds(30), reply: Duration = .seconds(300), total: Duration = .seconds(900)) {
        self.connect = connect
        self.reply = reply
        self.total = total
    }
}

/// The smarthost, and what it is told. Its description and reflection leave the password out.
package struct SmarthostConfiguration: Sendable, CustomStringConvertible, CustomReflectable {
    /// A name or an address.
    package var host: String
    package var port: Int
    package var encryption = SmarthostEncryption.none
    package var mechanism = SmarthostMechanism.plain
    /// Empty: no authentication.
    package var username = ""
    package var password = ""
    /// A PEM file of certificate authorities to trust in place of the system's.
    package var caFile: String?
    /// What the client calls itself in EHLO.
    package var clientName: String
    package var timeouts = SMTPTimeouts()
    /// Conversations at once; further messages wait for one to end.
    package var maximumConnections = 20

    package init(host: String, port: Int, clientName: String) {
        self.host = host
        self.port = port
        self.clientName = clientName
    }

    package var description: String { "\(host):\(port)" }
    package var customMirror: Mirror { Mirror(self, children: ["host": host, "port": port]) }
}
