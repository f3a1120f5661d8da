import LightMailCore
import LightMailDaemon
import POP3Syntax

/// The one place where errors of the store become replies. What went wrong in detail is for the log.
enum ErrorReplies {
    /// RFC 3206 4
    static func reply(to reason: LoginRefusal.Reason) -> Reply {
        switch reason {
        case .credentials: .error("Wrong user name or password", .auth)
        case .blocked: .error("Too many failed logins, try again later", .temporary)
        case .tooManySessions: .error("Too many sessions", .temporary)
        case .authorization: .error("You may act for yourself only", .auth)
        case .inactive: .error("Account is not active", .auth)
        }
    }

    /// RFC 3206 4
    static func reply(to error: StoreError) -> Reply {
        switch error.kind {
        case .notFound: .error("It is gone", .permanent)
        case .inactive: .error("Account is not active", .auth)
        case .unavailable: .error("Temporary failure, try again later", .temporary)
        case .conflict: .error("Busy, try again", .temporary)
        case .corrupt: .error("Message is damaged in the store", .permanent)
        case .alreadyExists, .forbidden, .invalid, .overQuota, .limit, .infected, .internal:
            .error("Internal error", .permanent)
        }
    }
}
