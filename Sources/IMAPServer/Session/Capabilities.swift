import SASL

/// A capability that a session may announce, and when.
struct Capability: Sendable {
    enum Moment: Sendable {
        case always
        /// RFC 9051 6.2.1: TLS could begin and has not.
        case beforeTLS
        /// RFC 9051 6.2.3: a password in clear would be refused.
        case loginDisabled
        /// RFC 9051 6.2.2: passwords are taken now, and so is this way to prove them.
        case mechanism(Mechanism)
        case afterLogin
        /// RFC 9208 3.1: only to who may set quotas.
        case quotaAdministrator
    }

    let name: String
    let moment: Moment
    /// What stands behind "=" where that depends on the configuration.
    var value: (@Sendable (SessionLimits) -> String)?
    /// Whether the configuration offers it.
    var isOffered: @Sendable (SessionLimits) -> Bool = { _ in true }
    /// The file under Sources/IMAPServer that keeps the promise.
    let source: String

    /// Everything that is announced, in the order of announcement. A test holds that each has its code.
    static let table: [Capability] = [
        Capability(name: "IMAP4rev1", moment: .always, source: "Session/CommandTable.swift"),
        Capability(name: "IMAP4rev2", moment: .always, source: "Commands/Enable.swift"),
        Capability(name: "LITERAL+", moment: .always, source: "Connection/ConnectionHandler+Input.swift"),
        Capability(name: "SASL-IR", moment: .always, source: "Commands/Authenticate.swift"),
        Capability(name: "ID", moment: .always, source: "Commands/ID.swift"),
        Capability(name: "ENABLE", moment: .always, source: "Commands/Enable.swift"),
        Capability(name: "STARTTLS", moment: .beforeTLS, source: "Commands/StartTLS.swift"),
        Capability(name: "LOGINDISABLED", moment: .loginDisabled, source: "Commands/Login.swift"),
        Capability(
            name: "AUTH=SCRAM-SHA-256", moment: .mechanism(.scramSHA256), source: "Commands/Authenticate.swift"),
        Capability(name: "AUTH=OAUTHBEARER", moment: .mechanism(.oauthBearer), source: "Commands/Authenticate.swift"),
        Capability(name: "AUTH=XOAUTH2", moment: .mechanism(.xoauth2), source: "Commands/Authenticate.swift"),
        Capability(name: "AUTH=PLAIN", moment: .mechanism(.plain), source: "Commands/Authenticate.swift"),
        Capability(name: "NAMESPACE", moment: .afterLogin, source: "Commands/Namespace.swift"),
        Capability(name: "CHILDREN", moment: .afterLogin, source: "Commands/List.swift"),
        Capability(name: "LIST-EXTENDED", moment: .afterLogin, source: "Commands/List.swift"),
        Capability(name: "LIST-STATUS", moment: .afterLogin, source: "Commands/List.swift"),
        Capability(name: "SPECIAL-USE", moment: .afterLogin, source: "Commands/List.swift"),
        Capability(name: "CREATE-SPECIAL-USE", moment: .afterLogin, source: "Commands/Create.swift"),
        Capability(name: "STATUS=SIZE", moment: .afterLogin, source: "Commands/Status.swift"),
        Capability(name: "UNSELECT", moment: .afterLogin, source: "Commands/Unselect.swift"),
        Capability(name: "IDLE", moment: .afterLogin, source: "Commands/Idle.swift"),
        Capability(name: "UIDPLUS", moment: .afterLogin, source: "Commands/Expunge.swift"),
        Capability(name: "MOVE", moment: .afterLogin, source: "Commands/Move.swift"),
        Capability(name: "CONDSTORE", moment: .afterLogin, source: "Session/ModSequences.swift"),
        Capability(name: "QRESYNC", moment: .afterLogin, source: "Session/QuickResynchronization.swift"),
        Capability(name: "UIDONLY", moment: .afterLogin, source: "Session/Synchronization.swift"),
        Capability(name: "ESEARCH", moment: .afterLogin, source: "Commands/Search.swift"),
        Capability(name: "SEARCHRES", moment: .afterLogin, source: "Commands/Search.swift"),
        Capability(name: "PARTIAL", moment: .afterLogin, source: "Commands/Search.swift"),
        Capability(name: "WITHIN", moment: .afterLogin, source: "Search/SearchEvaluation.swift"),
        Capability(name: "OBJECTID", moment: .afterLogin, source: "Fetch/ObjectIdentifiers.swift"),
        Capability(name: "SAVEDATE", moment: .afterLogin, source: "Fetch/MessageFetch.swift"),
        Capability(name: "PREVIEW", moment: .afterLogin, source: "Fetch/MessageFetch+Preview.swift"),
        Capability(name: "SORT", moment: .afterLogin, source: "Commands/Sort.swift"),
        Capability(name: "SORT=DISPLAY", moment: .afterLogin, source: "Search/SortKeys.swift"),
        Capability(name: "ESORT", moment: .afterLogin, source: "Commands/Sort.swift"),
        Capability(name: "CONTEXT=SEARCH", moment: .afterLogin, source: "Contexts/ContextUpdates.swift"),
        Capability(name: "THREAD=ORDEREDSUBJECT", moment: .afterLogin, source: "Threading/OrderedSubject.swift"),
        Capability(name: "THREAD=REFERENCES", moment: .afterLogin, source: "Threading/ReferenceThreading.swift"),
        Capability(name: "I18NLEVEL=1", moment: .afterLogin, source: "Search/MessageSearch.swift"),
        Capability(name: "INPROGRESS", moment: .afterLogin, source: "Search/SearchProgress.swift"),
        Capability(name: "MULTISEARCH", moment: .afterLogin, source: "Commands/MultiSearch.swift"),
        Capability(name: "BINARY", moment: .afterLogin, source: "Fetch/MessageFetch+Binary.swift"),
        Capability(name: "QUOTA", moment: .afterLogin, source: "Commands/GetQuota.swift"),
        Capability(name: "QUOTA=RES-STORAGE", moment: .afterLogin, source: "Commands/GetQuota.swift"),
        Capability(name: "QUOTA=RES-MESSAGE", moment: .afterLogin, source: "Commands/GetQuota.swift"),
        Capability(name: "QUOTA=RES-MAILBOX", moment: .afterLogin, source: "Commands/GetQuota.swift"),
        Capability(name: "QUOTASET", moment: .quotaAdministrator, source: "Commands/SetQuota.swift"),
        Capability(name: "ACL", moment: .afterLogin, source: "Commands/SetACL.swift"),
        Capability(name: "RIGHTS=texk", moment: .afterLogin, source: "Session/Session+Rights.swift"),
        Capability(name: "LIST-MYRIGHTS", moment: .afterLogin, source: "Commands/List.swift"),
        Capability(name: "NOTIFY", moment: .afterLogin, source: "Commands/Notify.swift"),
        Capability(name: "METADATA", moment: .afterLogin, source: "Commands/SetMetadata.swift"),
        Capability(name: "LIST-METADATA", moment: .afterLogin, source: "Commands/List.swift"),
        Capability(name: "MULTIAPPEND", moment: .afterLogin, source: "Append/AppendIntake.swift"),
        Capability(
            name: "APPENDLIMIT", moment: .afterLogin, value: { "\($0.messageSize)" },
            source: "Append/AppendIntake.swift"),
        Capability(name: "CATENATE", moment: .afterLogin, source: "Append/CatenatedURL.swift"),
        Capability(name: "REPLACE", moment: .afterLogin, source: "Commands/Replace.swift"),
        Capability(name: "UTF8=ACCEPT", moment: .afterLogin, source: "Commands/Enable.swift"),
        Capability(
            name: "COMPRESS=DEFLATE", moment: .afterLogin, isOffered: { $0.offersCompression },
            source: "Compression/CompressionHandler.swift"),
        Capability(
            name: "UNAUTHENTICATE", moment: .afterLogin, isOffered: { $0.offersUnauthenticate },
            source: "Commands/Unauthenticate.swift"),
    ]
}

extension Session {
    /// RFC 9051 6.1.1: what is true at this moment of this session.
    var capabilities: [String] {
        Capability.table.filter { capability in
            guard capability.isOffered(service.limits) else { return false }
            return switch capability.moment {
            case .always: true
            case .beforeTLS: canStartTLS
            case .loginDisabled: !isAuthenticated && isLoginDisabled
            case .mechanism(let mechanism):
                !isAuthenticated && !isLoginDisabled
                    && service.authenticator.mechanisms(isSecure: isSecure).contains(mechanism)
            case .afterLogin: isAuthenticated
            case .quotaAdministrator: quotaAdministrator != nil
            }
        }.map { capability in
            capability.value.map { "\(capability.name)=\($0(service.limits))" } ?? capability.name
        }
    }

    var canStartTLS: Bool { service.tls != nil && !isSecure && !isAuthenticated }

    /// RFC 9051 6.2.3: whether a password would have to travel in clear, and may not.
    var isLoginDisabled: Bool { service.requiresTLS && !isSecure }
}
