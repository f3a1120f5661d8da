import LightMailDaemon
import SMTPSyntax

/// What makes one kind of session differ from another: whom it serves, what it offers, and its bounds.
package struct Profile: Sendable {
    /// Whom a session serves.
    package enum Role: Sendable {
        /// RFC 2033: the MTA in front, which is trusted.
        case lmtp
        /// RFC 5321: anybody's mail for the domains here.
        case inbound
        /// RFC 6409: the mail of those who have an account here, for anybody.
        case submission
    }

    package let role: Role
    /// In the order in which they are announced.
    package let offered: [ServiceExtension]
    package var limits: SessionLimits
    /// For STARTTLS; nil where it is not offered.
    package var tls: TLSProvider?
    package var authentication = AuthenticationPolicy()
    /// Clients who may say by XCLIENT whom they speak for.
    package var xclientNetworks: [Network] = []

    /// Mail from the MTA in front, to be delivered here.
    package static func lmtp(_ limits: SessionLimits) -> Profile {
        Profile(
            role: .lmtp,
            offered: [.pipelining, .eightBitMIME, .smtpUTF8, .enhancedStatusCodes, .size, .chunking], limits: limits)
    }

    /// Mail from anybody, to be delivered here.
    package static func inbound(_ limits: SessionLimits) -> Profile {
        Profile(role: .inbound, offered: smtpExtensions, limits: limits.forStrangers)
    }

    /// Mail from those who have an account here, for anybody.
    package static func submission(_ limits: SessionLimits) -> Profile {
        Profile(role: .submission, offered: smtpExtensions, limits: limits.forStrangers)
    }

    private static let smtpExtensions: [ServiceExtension] = [
        .pipelining, .size, .eightBitMIME, .smtpUTF8, .enhancedStatusCodes, .startTLS, .auth, .xclient, .chunking,
    ]

    private init(role: Role, offered: [ServiceExtension], limits: SessionLimits) {
        self.role = role
        self.offered = offered
        self.limits = limits
    }

    package var dialect: Dialect { role == .lmtp ? .lmtp : .smtp }

    /// The name of the dialect in the greeting.
    var protocolName: String {
        switch dialect {
        case .lmtp: "LMTP"
        case .smtp: "ESMTP"
        }
    }
}

/// Who has to authenticate, and where a password may travel.
package struct AuthenticationPolicy: Sendable {
    package var isOffered = false
    /// Whether no mail is taken without it.
    package var isRequired = false
    /// Whether it waits for TLS.
    package var requiresTLS = true

    package init(isOffered: Bool = false, isRequired: Bool = false, requiresTLS: Bool = true) {
        self.isOffered = isOffered
        self.isRequired = isRequired
        self.requiresTLS = requiresTLS
    }
}

/// The bounds of a session. What a client sends can make none of them grow.
package struct SessionLimits: Sendable {
    /// Bytes of a message as received.
    package var messageSize: Int
    /// How long a client may be silent, or not read what it is told.
    package var idleTimeout: Duration
    /// Recipients of one message. RFC 5321 section 4.5.3.1.8 asks for at least 100.
    package var recipients = 250
    /// Refused commands between one good message and the next.
    package var errors = 20
    /// Recipients of a session that are refused; nil for no such limit. The MTA in front passes on what others wrote,
    /// a stranger who guesses is told to go.
    package var refusedRecipients: Int?
    /// Commands between one good message and the next that bring none nearer, NOOP and RSET among them; nil for no
    /// such limit.
    package var idleCommands: Int?
    /// Refused logins of a session.
    package var failedLogins = 5
    /// Bytes of a command line without its CRLF. MAIL with every parameter stays well below (RFC 5321 section
    /// 4.5.3.1.4 asks for 510, and each extension adds to it).
    package var commandLine = 4_096
    /// Bytes of a message that wait for the store before the client is made to wait.
    package var bufferedMessage = 65_536

    package init(messageSize: Int, idleTimeout: Duration) {
        self.messageSize = messageSize
        self.idleTimeout = idleTimeout
    }

    /// The same, with the limits that only strangers need.
    var forStrangers: SessionLimits {
        var limits = self
        limits.refusedRecipients = 50
        limits.idleCommands = 100
        return limits
    }
}
