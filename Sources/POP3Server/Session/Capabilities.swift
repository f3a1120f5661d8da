import LightMailDaemon
import SASL

/// A capability that a session may announce, and when.
struct Capability: Sendable {
    enum Moment: Sendable {
        /// RFC 2449 5: what is announced before the login is announced after it too.
        case always
        /// RFC 2595 4: TLS could begin and has not.
        case beforeTLS
        /// Passwords are taken over this connection.
        case login
        /// A login delay is set.
        case loginDelay
    }

    /// The tag, and its arguments if they never change.
    let name: String
    let moment: Moment
    /// The file under Sources/POP3Server that keeps the promise.
    let source: String

    /// Everything that is announced, in the order of announcement. A test holds that each has its code.
    static let table: [Capability] = [
        Capability(name: "TOP", moment: .always, source: "Commands/Top.swift"),
        Capability(name: "UIDL", moment: .always, source: "Commands/Uidl.swift"),
        Capability(name: "RESP-CODES", moment: .always, source: "ErrorReplies.swift"),
        Capability(name: "AUTH-RESP-CODE", moment: .always, source: "Session/Login.swift"),
        Capability(name: "PIPELINING", moment: .always, source: "Connection/ConnectionHandler+Input.swift"),
        Capability(name: "EXPIRE NEVER", moment: .always, source: "Session/Maildrop.swift"),
        Capability(name: "UTF8 USER", moment: .always, source: "Commands/Utf8.swift"),
        Capability(name: "STLS", moment: .beforeTLS, source: "Commands/Stls.swift"),
        Capability(name: "USER", moment: .login, source: "Commands/User.swift"),
        Capability(name: "SASL", moment: .login, source: "Commands/Auth.swift"),
        Capability(name: "LOGIN-DELAY", moment: .loginDelay, source: "Session/LoginTimes.swift"),
        Capability(name: "IMPLEMENTATION", moment: .always, source: "Session/Capabilities.swift"),
    ]
}

extension Session {
    /// RFC 2449 5: what is true of this session, a line each.
    var capabilities: [String] {
        Capability.table.filter { capability in
            switch capability.moment {
            case .always: true
            case .beforeTLS: service.tls != nil && !isSecure
            case .login: !isLoginDisabled
            case .loginDelay: service.limits.loginDelay > .zero
            }
        }.map { capability in
            switch capability.name {
            case "SASL": "SASL \(mechanisms.map(\.rawValue).joined(separator: " "))"
            case "LOGIN-DELAY": "LOGIN-DELAY \(service.limits.loginDelay.components.seconds)"
            case "IMPLEMENTATION": "IMPLEMENTATION LightMail-\(Release.version)"
            default: capability.name
            }
        }
    }

    /// The mechanisms that AUTH takes.
    var mechanisms: [Mechanism] { service.authenticator.mechanisms(isSecure: isSecure).filter { $0 != .login } }

    /// Whether a password would have to travel in clear, and may not.
    var isLoginDisabled: Bool { service.requiresTLS && !isSecure }
}
