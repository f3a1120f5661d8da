import LightMailDaemon
import Logging
import NIOCore
import NIOEmbedded
import Testing

@testable import SMTPServer

/// Idleness on a clock that the test moves.
@Suite struct IdlenessTests {
    private let limits = SessionLimits(messageSize: 100_000, idleTimeout: .seconds(60))

    @Test(.timeLimit(.minutes(1))) func closesASilentSession() async throws {
        let domain = try await TestStore.shared.makeDomain()
        let session = try await ClockedSession.start(context(domain))
        try await session.expect("220 ")
        await session.pass(.seconds(59))
        try await session.send("NOOP\r\n")
        try await session.expect("250 2.0.0 ")
        // The timer fires sixty seconds after the greeting and finds a session that has spoken since.
        await session.pass(.seconds(59))
        #expect(session.channel.isActive)
        await session.pass(.seconds(1))
        try await session.expect("421 4.4.2 ")
        try await session.channel.closeFuture.get()
    }

    @Test(.timeLimit(.minutes(1))) func closesASessionSilentInsideAMessage() async throws {
        let domain = try await TestStore.shared.makeDomain()
        let context = context(domain)
        let session = try await ClockedSession.start(context)
        try await session.expect("220 ")
        try await session.send(
            "LHLO client.example.org\r\nMAIL FROM:<>\r\nRCPT TO:<alice@\(domain.name)>\r\nDATA\r\nSubject: half\r\n")
        try await session.expect("354 ")
        await session.pass(.seconds(60))
        try await session.expect("421 4.4.2 ")
        try await session.channel.closeFuture.get()
        try await eventually("the message is given up") { context.metrics.abandoned.current == 1 }
        #expect(try await domain.count("alice") == 0)
    }

    private func context(_ domain: TestDomain) -> ServerContext {
        ServerContext(
            profile: .lmtp(limits), hostname: domain.host, store: domain.store, sessions: SessionRegistry(),
            metrics: MetricsRegistry(), logger: Logger(label: "test"))
    }
}

/// A session on a channel whose clock stands still.
private struct ClockedSession {
    let channel: NIOAsyncTestingChannel

    static func start(_ context: ServerContext) async throws -> ClockedSession {
        let channel = NIOAsyncTestingChannel()
        let connection = ConnectionInfo(sessionID: "test", listener: "lmtp", local: nil, remote: nil, isTLS: false)
        try await channel.testingEventLoop.flatSubmit { context.initialize(channel, connection) }.get()
        try await channel.connect(to: SocketAddress(unixDomainSocketPath: "/nowhere")).get()
        return ClockedSession(channel: channel)
    }

    func send(_ text: String) async throws {
        try await channel.writeInbound(ByteBuffer(string: text))
    }

    /// Waits for a write that begins so.
    func expect(_ prefix: String) async throws {
        while true {
            let text = String(buffer: try await channel.waitForOutboundWrite(as: ByteBuffer.self))
            if text.hasPrefix(prefix) { return }
        }
    }

    func pass(_ time: TimeAmount) async {
        await channel.testingEventLoop.advanceTime(by: time)
    }
}
