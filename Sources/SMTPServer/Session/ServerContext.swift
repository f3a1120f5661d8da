import LightMailCore
import LightMailDaemon
import Logging
import SMTPClient
import SMTPSyntax

/// What all sessions of one listener share.
package final class ServerContext: Sendable {
    private let profileInUse: Adjustable<Profile>
    /// The name in the greeting and in Received fields.
    package let hostname: String
    /// Bytes of messages in memory.
    package let buffers: BufferAccount
    let overflows = Overflows()
    let store: Store
    /// Checks who clients are; nil where nobody logs in.
    let authenticator: Authenticator?
    /// Who takes what is for elsewhere; nil where nothing is.
    let smarthost: SMTPClient?
    let sessions: SessionRegistry
    let metrics: DeliveryMetrics
    let logger: Logger
    /// Seconds since 1970-01-01T00:00:00Z.
    let now: @Sendable () -> Int64
    /// A fresh name for a message: an atom that is in no other message's Received field.
    let makeTraceID: @Sendable () -> String

    package init(
        profile: Profile, hostname: String, store: Store, sessions: SessionRegistry, metrics: MetricsRegistry,
        logger: Logger, authenticator: Authenticator? = nil, smarthost: SMTPClient? = nil,
        now: @escaping @Sendable () -> Int64,
        makeTraceID: @escaping @Sendable () -> String
    ) {
        profileInUse = Adjustable(profile)
        self.authenticator = authenticator
        self.smarthost = smarthost
        self.hostname = hostname
        self.store = store
        self.sessions = sessions
        buffers = BufferAccount()
        self.metrics = DeliveryMetrics(metrics, buffers: buffers)
        self.logger = logger
        self.now = now
        self.makeTraceID = makeTraceID
    }

    /// A context for another listener of the same daemon.
    init(_ other: ServerContext, profile: Profile, smarthost: SMTPClient?) {
        profileInUse = Adjustable(profile)
        self.smarthost = smarthost
        authenticator = other.authenticator
        hostname = other.hostname
        buffers = other.buffers
        store = other.store
        sessions = other.sessions
        metrics = other.metrics
        logger = other.logger
        now = other.now
        makeTraceID = other.makeTraceID
    }

    /// What sessions are like, those that are open too, but for what they have announced.
    package var profile: Profile { profileInUse.current }

    /// Sets another profile, of the same role.
    func change(_ profile: Profile) {
        profileInUse.change(to: profile)
    }

    /// The logins of a session.
    func clientLogin(from connection: ConnectionInfo, _ logger: Logger) -> ClientLogin? {
        authenticator.map { authenticator in
            ClientLogin(
                authenticator, connection: connection, maximumFailures: profile.limits.failedLogins, logger: logger)
        }
    }

    /// The line that announces an extension, with its argument.
    ///
    /// - Parameter isTLS: whether the connection is encrypted.
    func announcement(of service: ServiceExtension, isTLS: Bool) -> String {
        switch service {
        // RFC 1870 section 3: the argument is the size of the largest message that will be taken.
        case .size: "SIZE \(profile.limits.messageSize)"
        case .auth:
            (["AUTH"] + (authenticator?.mechanisms(isSecure: isTLS) ?? []).map(\.rawValue)).joined(separator: " ")
        case .xclient: "XCLIENT NAME ADDR PORT PROTO HELO"
        case .pipelining, .eightBitMIME, .smtpUTF8, .chunking, .enhancedStatusCodes, .dsn, .startTLS: service.rawValue
        }
    }
}
