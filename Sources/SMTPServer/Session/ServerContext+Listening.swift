import Glibc
import LightMailCore
import LightMailDaemon
import Logging
import NIOCore
import SMTPClient
import SMTPSyntax

extension ServerContext {
    /// A context with the machine's clock. A message's trace is the name that its object in S3 gets: it stands in the reply,
    /// in Received, in the key, and in the logs of whoever reads the message later.
    convenience init(
        profile: Profile, hostname: String, store: Store, sessions: SessionRegistry, metrics: MetricsRegistry,
        logger: Logger, authenticator: Authenticator? = nil, smarthost: SMTPClient? = nil
    ) {
        self.init(
            profile: profile, hostname: hostname, store: store, sessions: sessions, metrics: metrics, logger: logger,
            authenticator: authenticator, smarthost: smarthost, now: { Int64(time(nil)) },
            makeTraceID: { "\(store.objects.makeID())" })
    }

    /// A listener whose connections are sessions of this context.
    func listener(
        _ name: String, _ endpoint: ListenerSpecification.Endpoint, _ limits: ConnectionLimits
    ) -> ListenerSpecification {
        var specification = ListenerSpecification(
            name: name, endpoint: endpoint, limits: limits,
            initialize: { channel, connection in self.initialize(channel, connection) })
        // A message comes in large pieces; a session holds at most a few of them.
        specification.readBufferSize = 32_768
        specification.refusal =
            Reply(421, EnhancedStatusCode(4, 3, 2), "\(hostname) has too many connections").encoded
        return specification
    }

    /// Adds a session to a connection. Called on its event loop.
    func initialize(_ channel: Channel, _ connection: ConnectionInfo) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            let session = Session(server: self, connection: connection)
            try channel.pipeline.syncOperations.addHandler(SessionHandler(session))
        }
    }
}
