import IMAPSyntax
import LightMailCore
import LightMailDaemon

/// The one place where errors of the store become replies. What went wrong in detail is for the log.
enum ErrorReplies {
    /// RFC 5530, RFC 9051 7.1
    static func completion(for error: StoreError) -> Completion {
        switch error.kind {
        case .notFound: .no(ResponseText("No such mailbox", code: .nonExistent))
        case .forbidden: .no(ResponseText("You have no right to do this", code: .noPerm))
        case .alreadyExists: .no(ResponseText("It exists already", code: .alreadyExists))
        case .invalid(let why): .no(ResponseText("Not possible: \(why)", code: .cannot))
        case .inactive: .no(ResponseText("Account is not active", code: .authorizationFailed))
        case .overQuota: .no(ResponseText("Quota exceeded", code: .overQuota))
        case .limit(let why): .no(ResponseText("Not possible: \(why)", code: .limit))
        case .infected: .no(ResponseText("Message contains a virus", code: .cannot))
        case .conflict(let why): .no(ResponseText("Try again: \(why)", code: .inUse))
        case .unavailable: .no(ResponseText("Temporary failure, try again later", code: .unavailable))
        case .corrupt: .no(ResponseText("Message is damaged in the store", code: .corruption))
        case .internal: .no(ResponseText("Internal error", code: .serverBug))
        }
    }

    /// RFC 5530 3
    static func text(of reason: LoginRefusal.Reason) -> ResponseText {
        switch reason {
        case .credentials: ResponseText("Wrong user name or password", code: .authenticationFailed)
        case .blocked: ResponseText("Too many failed logins, try again later", code: .unavailable)
        case .tooManySessions: ResponseText("Too many sessions", code: .limit)
        case .authorization: ResponseText("You may act for yourself only", code: .authorizationFailed)
        case .inactive: ResponseText("Account is not active", code: .authorizationFailed)
        }
    }

    /// For a command that would have added to the mailbox (RFC 9051 6.3.12, 6.4.7): the client may create it and try
    /// again.
    static func destination(_ error: StoreError) -> CommandFailure {
        guard error.kind == .notFound else { return .completion(completion(for: error)) }
        return .no("No such mailbox", .tryCreate)
    }
}
