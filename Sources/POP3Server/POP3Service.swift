import LightMailCore
import LightMailDaemon
import Logging
import NIOCore
import POP3Syntax

/// What all POP3 sessions of a process share: the store, who may log in, the limits, the certificate, the counters.
package final class POP3Service: Sendable {
    let store: Store
    let authenticator: Authenticator
    let hostname: String
    private let limitsInUse: Adjustable<SessionLimits>
    /// Nil where TLS is not set up: then there is no STLS.
    let tls: TLSProvider?
    /// Whether a password in clear is refused.
    let requiresTLS: Bool
    let sessions: SessionRegistry
    let logger: Logger
    let metrics: POP3Metrics
    let loginTimes = LoginTimes()

    package init(
        store: Store, authenticator: Authenticator, hostname: String, limits: SessionLimits, tls: TLSProvider?,
        requiresTLS: Bool, sessions: SessionRegistry, registry: MetricsRegistry, logger: Logger
    ) {
        self.store = store
        self.authenticator = authenticator
        self.hostname = hostname
        limitsInUse = Adjustable(limits)
        self.tls = tls
        self.requiresTLS = requiresTLS
        self.sessions = sessions
        self.logger = logger
        metrics = POP3Metrics(registry)
    }

    /// The bounds of sessions, of those that are open too.
    var limits: SessionLimits { limitsInUse.current }

    /// Sets other bounds for all sessions.
    func change(_ limits: SessionLimits) {
        limitsInUse.change(to: limits)
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
