import LightMailDaemon
import SMTPSyntax

/// What makes one kind of session differ from another: the protocol's dialect, what it offers, and its bounds.
package struct Profile: Sendable {
    package let dialect: Dialect
    /// In the order in which they are announced.
    package let offered: [ServiceExtension]
    package var limits: SessionLimits

    /// RFC 2033: mail from the MTA in front, to be delivered here.
    package static func lmtp(_ limits: SessionLimits) -> Profile {
        Profile(
            dialect: .lmtp,
            offered: [.pipelining, .eightBitMIME, .smtpUTF8, .enhancedStatusCodes, .size, .chunking], limits: limits)
    }

    /// The name of the dialect in the greeting.
    var protocolName: String {
        switch dialect {
        case .lmtp: "LMTP"
        case .smtp: "ESMTP"
        }
    }

    /// The lines that announce the extensions, each with its argument.
    var announcements: [String] {
        offered.map { service in
            switch service {
            // RFC 1870 section 3: the argument is the size of the largest message that will be taken.
            case .size: "SIZE \(limits.messageSize)"
            case .pipelining, .eightBitMIME, .smtpUTF8, .chunking, .enhancedStatusCodes, .dsn, .startTLS, .auth:
                service.rawValue
            }
        }
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
    /// Bytes of a command line without its CRLF. MAIL with every parameter stays well below (RFC 5321 section
    /// 4.5.3.1.4 asks for 510, and each extension adds to it).
    package var commandLine = 4_096
    /// Bytes of a message that wait for the store before the client is made to wait.
    package var bufferedMessage = 65_536

    package init(messageSize: Int, idleTimeout: Duration) {
        self.messageSize = messageSize
        self.idleTimeout = idleTimeout
    }
}
