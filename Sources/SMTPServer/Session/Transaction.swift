import LightMailCore
import SMTPSyntax

/// One mail transaction, from MAIL to the end of the message or RSET (RFC 5321 section 3.3).
struct Transaction {
    /// Names the message in the Received field and in every line of the log.
    let traceID: String
    let reversePath: ReversePath
    let parameters: MailParameters
    /// Accepted recipients in the order of their RCPT commands, which is the order of the replies.
    var recipients: [Recipient] = []
    /// The message as it comes in; nil before its first byte.
    var intake: MessageIntake?
    /// A chunk was answered with an error: nothing but RSET helps (RFC 3030 section 2).
    var hasFailed = false
}

/// An accepted recipient.
struct Recipient: Sendable {
    /// As the client wrote it.
    let path: ForwardPath
    /// The accounts its mail goes to: several when the address is an alias of several; none when the smarthost is to
    /// take it.
    let targets: [DeliveryTarget]

    var isElsewhere: Bool { targets.isEmpty }
}
