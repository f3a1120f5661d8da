import Glibc
import LightMailCore
import LightMailDaemon
import Logging
import NIOCore
import SMTPSyntax

/// Mail from the MTA in front: LMTP (RFC 2033) over a UNIX socket, over TCP, or over both.
package enum LMTPService {
    /// Opens the listeners that the configuration asks for. All that lightmail-lmtpd does.
    ///
    /// - Throws: `ListenerError`.
    package static func start(in context: DaemonContext) async throws {
        let section = context.configuration.lmtp
        let system = context.configuration.system
        let server = ServerContext(
            profile: .lmtp(SessionLimits(messageSize: section.maxMessageSize, idleTimeout: section.sessionTimeout)),
            hostname: system.hostname, store: context.store, sessions: context.sessions, metrics: context.metrics,
            logger: context.logger)
        let limits = ConnectionLimits(maximum: section.maxConnections)
        if !section.socket.isEmpty {
            let endpoint = ListenerSpecification.Endpoint.unix(
                path: section.socket, owner: system.owner, group: system.group)
            try await context.listen(listener("lmtp", endpoint, server, limits))
        }
        if section.port > 0 {
            let endpoint = ListenerSpecification.Endpoint.tcp(host: section.bind, port: section.port)
            try await context.listen(listener("lmtp-tcp", endpoint, server, limits))
        }
    }

    static func listener(
        _ name: String, _ endpoint: ListenerSpecification.Endpoint, _ server: ServerContext, _ limits: ConnectionLimits
    ) -> ListenerSpecification {
        var specification = ListenerSpecification(
            name: name, endpoint: endpoint, limits: limits,
            initialize: { channel, connection in server.initialize(channel, connection) })
        // A message comes in large pieces; a session holds at most a few of them.
        specification.readBufferSize = 32_768
        specification.refusal =
            Reply(421, EnhancedStatusCode(4, 3, 2), "\(server.hostname) has too many connections").encoded
        return specification
    }
}

extension ServerContext {
    /// A context with the machine's clock, and with trace ids that nobody can guess.
    convenience init(
        profile: Profile, hostname: String, store: Store, sessions: SessionRegistry, metrics: MetricsRegistry,
        logger: Logger
    ) {
        self.init(
            profile: profile, hostname: hostname, store: store, sessions: sessions, metrics: metrics, logger: logger,
            now: { Int64(time(nil)) },
            makeTraceID: {
                var generator = SystemRandomNumberGenerator()
                return ConnectionInfo.makeSessionID(using: &generator)
            })
    }

    /// Adds a session to a connection. Called on its event loop.
    func initialize(_ channel: Channel, _ connection: ConnectionInfo) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            let session = Session(server: self, connection: connection)
            try channel.pipeline.syncOperations.addHandler(SessionHandler(session))
        }
    }
}
