// The smarthost of the submission tests: our own inbound server, with the store of another site behind it.

import LightMailCore
import LightMailDaemon
import Logging
import NIOPosix
import SMTPClient
import Testing

@testable import SMTPServer

struct Smarthost {
    /// The domain whose mail it takes. Each run of a transcript has its own.
    let domain: TestDomain
    let port: Int
    private let listener: Listener
    private let daemon: DaemonContext

    static func start() async throws -> Smarthost {
        let domain = try await TestStore.elsewhere.makeDomain()
        let daemon = DaemonContext(
            kind: .smtpd, configuration: Configuration(), logger: Logger(label: "test"),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton, store: domain.store)
        let context = ServerContext(
            profile: .inbound(SessionLimits(messageSize: 200_000, idleTimeout: .seconds(60))), hostname: domain.host,
            store: domain.store, sessions: daemon.sessions, metrics: daemon.metrics, logger: Logger(label: "test"))
        let listener = try await daemon.listen(
            context.listener("smarthost", .tcp(host: "127.0.0.1", port: 0), ConnectionLimits(maximum: 100)))
        return Smarthost(domain: domain, port: try #require(listener.port), listener: listener, daemon: daemon)
    }

    var client: SMTPClient {
        SMTPClient(SmarthostConfiguration(host: "127.0.0.1", port: port, clientName: "mx.example.org"))
    }

    func stop() async {
        await listener.stop()
        await daemon.sessions.drain(limit: .seconds(20))
    }
}
