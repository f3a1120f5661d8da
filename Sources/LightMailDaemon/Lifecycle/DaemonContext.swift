import LightMailCore
import Logging
import NIOCore
import NIOPosix
import Synchronization

/// What a daemon's program is given: its configuration and the services that all daemons share.
package final class DaemonContext: Sendable {
    /// Work beside the listeners, such as a change feed or a sweep.
    struct BackgroundWork: Sendable {
        let name: String
        let body: @Sendable () async throws -> Void
    }

    private struct State {
        var background: [BackgroundWork] = []
        var reloads: [@Sendable (Configuration) throws -> Void] = []
        var listeners: [Listener] = []
    }

    package let kind: DaemonKind
    package let configuration: Configuration
    package let logger: Logger
    package let metrics: MetricsRegistry
    /// Open; its change feed begins to run when a program that needs it calls `start()`.
    package let store: Store
    package let eventLoopGroup: MultiThreadedEventLoopGroup
    package let sessions: SessionRegistry
    package let readiness: Readiness
    private let sockets: ActivatedSockets
    private let state = Mutex(State())

    package init(
        kind: DaemonKind, configuration: Configuration, logger: Logger, eventLoopGroup: MultiThreadedEventLoopGroup,
        store: Store, metrics: MetricsRegistry = MetricsRegistry(), sockets: ActivatedSockets = ActivatedSockets([])
    ) {
        self.kind = kind
        self.configuration = configuration
        self.logger = logger
        self.eventLoopGroup = eventLoopGroup
        self.store = store
        self.metrics = metrics
        self.sockets = sockets
        sessions = SessionRegistry()
        readiness = Readiness()
    }

    /// True once the daemon is about to end.
    package var isDraining: Bool {
        sessions.isDraining
    }

    /// Opens a listener, on the socket that systemd handed over for it if there is one. It accepts from now on.
    ///
    /// - Throws: `ListenerError`.
    @discardableResult
    package func listen(_ specification: ListenerSpecification) async throws -> Listener {
        let listener = try await Listener.open(
            specification, sockets: sockets, group: eventLoopGroup, sessions: sessions, metrics: metrics,
            logger: logger)
        state.withLock { $0.listeners.append(listener) }
        logger.info("listening", metadata: [LogKey.listener: "\(listener.name)", "on": "\(listener.address)"])
        return listener
    }

    /// Runs `body` beside the listeners, from when the program's start is over. At a shutdown it is cancelled once the
    /// sessions have ended. When it throws otherwise, or returns, the daemon ends.
    package func runInBackground(_ name: String, _ body: @escaping @Sendable () async throws -> Void) {
        state.withLock { $0.background.append(BackgroundWork(name: name, body: body)) }
    }

    /// Calls `body` at each SIGHUP with the configuration as it then is. The keys that it reads are marked `reread` in
    /// their table; what cannot change while running is for the next start.
    ///
    /// - Parameter body: what it throws is logged, and what it would have changed stays.
    package func onReload(_ body: @escaping @Sendable (Configuration) throws -> Void) {
        state.withLock { $0.reloads.append(body) }
    }

    /// What `read` makes of the configuration, at each SIGHUP anew.
    package func adjustable<Value>(
        _ read: @escaping @Sendable (Configuration) -> Value
    ) -> Adjustable<Value> {
        let value = Adjustable(read(configuration))
        onReload { value.change(to: read($0)) }
        return value
    }

    /// Limits of connections that are read again at each SIGHUP.
    ///
    /// - Parameter read: connections at once, and those of one address; 0 for no such limit.
    package func connectionLimits(
        _ read: @escaping @Sendable (Configuration) -> (maximum: Int, perAddress: Int)
    ) -> ConnectionLimits {
        let (maximum, perAddress) = read(configuration)
        let limits = ConnectionLimits(maximum: maximum, maximumPerAddress: perAddress)
        onReload { configuration in
            let (maximum, perAddress) = read(configuration)
            limits.change(maximum: maximum, maximumPerAddress: perAddress)
        }
        return limits
    }

    /// Loads a certificate and key that are read again at each SIGHUP.
    ///
    /// - Parameter files: where they are.
    /// - Throws: `TLSError`.
    package func makeTLS(
        _ files: @escaping @Sendable (Configuration) -> (certificate: String, key: String)
    ) throws(TLSError) -> TLSProvider {
        let (certificate, key) = files(configuration)
        let provider = try TLSProvider(certificate: certificate, key: key)
        onReload { configuration in
            let (certificate, key) = files(configuration)
            try provider.reload(certificate: certificate, key: key)
        }
        return provider
    }

    var backgroundWork: [BackgroundWork] {
        state.withLock(\.background)
    }

    var listeners: [Listener] {
        state.withLock(\.listeners)
    }

    /// Changes what can change while running.
    ///
    /// - Returns: What could not be changed, and why.
    func reload(_ configuration: Configuration) -> [any Error] {
        state.withLock(\.reloads).compactMap { body in
            do {
                try body(configuration)
                return nil
            } catch {
                return error
            }
        }
    }

    /// Stops accepting, lets sessions end within the time that the configuration allows, and closes the rest.
    func drain() async {
        for listener in listeners { await listener.stop() }
        let closed = await sessions.drain(limit: configuration.system.drainSeconds)
        if closed > 0 {
            logger.warning("closed sessions that did not end in time", metadata: ["sessions": "\(closed)"])
        }
    }
}
