import LightMailCore
import LightMailDaemon
import Logging
import SMTPSyntax

/// What all sessions of one listener share.
package final class ServerContext: Sendable {
    package let profile: Profile
    /// The name in the greeting and in Received fields.
    package let hostname: String
    /// Bytes of messages in memory.
    package let buffers = BufferAccount()
    let store: Store
    let sessions: SessionRegistry
    let metrics: DeliveryMetrics
    let logger: Logger
    /// Seconds since 1970-01-01T00:00:00Z.
    let now: @Sendable () -> Int64
    /// A fresh name for a message: an atom that is in no other message's Received field.
    let makeTraceID: @Sendable () -> String

    package init(
        profile: Profile, hostname: String, store: Store, sessions: SessionRegistry, metrics: MetricsRegistry,
        logger: Logger, now: @escaping @Sendable () -> Int64, makeTraceID: @escaping @Sendable () -> String
    ) {
        self.profile = profile
        self.hostname = hostname
        self.store = store
        self.sessions = sessions
        self.metrics = DeliveryMetrics(metrics, buffers: buffers)
        self.logger = logger
        self.now = now
        self.makeTraceID = makeTraceID
    }
}
