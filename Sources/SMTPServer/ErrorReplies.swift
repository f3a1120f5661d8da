import LightMailCore
import LightMailDaemon
import SMTPSyntax

/// What each trouble of the store is to an SMTP or LMTP client. Details go to the log, never to the client.
///
/// A 5xx makes the sender give the message back to its author, so only what another try cannot mend gets one; a defect
/// of ours is a 451, and the message waits in the sender's queue until it is mended.
enum ErrorReplies {
    /// RFC 1870 section 6.1.
    static let tooLarge = Reply(552, EnhancedStatusCode(5, 3, 4), "Message too large")

    /// RFC 5321 section 4.5.3.1.10. The sender tries the others in a transaction of their own.
    /// Servers that a message may have passed; RFC 5321 6.3 wants 100 at least.
    static let mostHops = 100

    static let mailLoop = Reply(554, EnhancedStatusCode(5, 4, 6), "Too many hops: the mail goes in circles")

    static let tooManyRecipients = Reply(452, EnhancedStatusCode(4, 5, 3), "Too many recipients")

    /// RFC 5321 section 3.6.2: mail that is for somewhere else is not passed on.
    static let noRelay = Reply(550, EnhancedStatusCode(5, 7, 1), "Relaying denied")

    /// RFC 4954 section 6, RFC 5248.
    static func login(_ reason: LoginRefusal.Reason) -> Reply {
        switch reason {
        case .credentials: Reply(535, EnhancedStatusCode(5, 7, 8), "Wrong user name or password")
        case .authorization: Reply(535, EnhancedStatusCode(5, 7, 8), "You may act for yourself only")
        case .inactive: Reply(525, EnhancedStatusCode(5, 7, 13), "Account is not active")
        case .blocked: Reply(454, EnhancedStatusCode(4, 7, 0), "Too many failed logins, try again later")
        case .tooManySessions: Reply(421, EnhancedStatusCode(4, 7, 0), "Too many sessions, try again later")
        }
    }

    /// A login that could not be checked. It says nothing of the password.
    static let loginUnavailable = Reply(
        454, EnhancedStatusCode(4, 7, 0), "Logins cannot be checked now, try again later")

    /// For a recipient, at RCPT or after the message.
    static func recipient(_ error: StoreError) -> Reply {
        switch error.kind {
        case .notFound: Reply(550, EnhancedStatusCode(5, 1, 1), "No such user here")
        case .inactive, .forbidden: Reply(550, EnhancedStatusCode(5, 2, 1), "Account is not active")
        case .overQuota: Reply(552, EnhancedStatusCode(5, 2, 2), "Mailbox is full")
        case .invalid: Reply(554, EnhancedStatusCode(5, 6, 0), "Message cannot be stored")
        case .limit: tooLarge
        case .infected: Reply(550, EnhancedStatusCode(5, 7, 1), "Message contains a virus")
        case .conflict, .alreadyExists: Reply(451, EnhancedStatusCode(4, 2, 0), "Mailbox is busy, try again")
        case .unavailable: Reply(451, EnhancedStatusCode(4, 3, 0), "Storage is not available, try again later")
        case .corrupt, .internal: Reply(451, EnhancedStatusCode(4, 3, 0), "Cannot store the message, try again later")
        }
    }
}
