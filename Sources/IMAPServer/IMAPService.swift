import IMAPSyntax
import LightMailCore
import LightMailDaemon
import Logging
import NIOCore

/// What all IMAP sessions of a process share: the store, who may log in, the limits, the certificate, the counters.
package final class IMAPService: Sendable {
    let store: Store
    let authenticator: Authenticator
    let hostname: String
    private let limitsInUse: Adjustable<SessionLimits>
    /// Nil where TLS is not set up: then there is no STARTTLS.
    let tls: TLSProvider?
    /// Whether a password in clear is refused.
    let requiresTLS: Bool
    let sessions: SessionRegistry
    let logger: Logger
    let metrics: IMAPMetrics
    /// Commands before login, by address.
    let commandRate: NetworkRate
    /// Commands after it, by address.
    let commandBuckets: NetworkBuckets
    let mailboxNames = MailboxNameCache()
    /// What every client can read of the server and none can change (RFC 5464 3.2.1.1).
    let serverAnnotations: [Annotation]
    let now: @Sendable () -> ContinuousClock.Instant

    package init(
        store: Store, authenticator: Authenticator, hostname: String, limits: SessionLimits, tls: TLSProvider?,
        requiresTLS: Bool, serverAnnotations: [Annotation] = [], sessions: SessionRegistry, registry: MetricsRegistry,
        logger: Logger, now: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now }
    ) {
        self.store = store
        self.authenticator = authenticator
        self.hostname = hostname
        limitsInUse = Adjustable(limits)
        self.tls = tls
        self.requiresTLS = requiresTLS
        self.serverAnnotations = serverAnnotations
        self.sessions = sessions
        self.logger = logger
        self.now = now
        metrics = IMAPMetrics(registry)
        commandRate = NetworkRate(limit: limits.commandsOfAddress, window: limits.commandWindow)
        commandBuckets = NetworkBuckets(rate: limits.commandRateOfAddress)
    }

    /// The bounds of sessions, of those that are open too.
    var limits: SessionLimits { limitsInUse.current }

    /// Sets other bounds for all sessions.
    func change(_ limits: SessionLimits) {
        limitsInUse.change(to: limits)
        commandRate.change(limit: limits.commandsOfAddress, window: limits.commandWindow)
        commandBuckets.change(rate: limits.commandRateOfAddress)
    }

    /// Adds a session to a connection. On the event loop of `channel`, with the TLS handler of an implicit TLS
    /// listener already in place.
    package func initialize(_ channel: Channel, _ connection: ConnectionInfo) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            let handler = ConnectionHandler(service: self, connection: connection, eventLoop: channel.eventLoop)
            try channel.pipeline.syncOperations.addHandler(handler)
            let bound = NIOLoopBound(handler, eventLoop: channel.eventLoop)
            sessions.onDrain(of: connection.sessionID) { bound.value.drain() }
        }
    }
}
