// A server on a UNIX socket of its own, for one test.

import LightMailCore
import LightMailDaemon
import Logging
import NIOCore
import NIOPosix
import SMTPClient
import Testing

@testable import SMTPServer

struct TestServer {
    let context: ServerContext
    let path: String
    private let daemon: DaemonContext
    private let listener: Listener

    static let limits = SessionLimits(messageSize: 100_000, idleTimeout: .seconds(60))

    /// - Parameters:
    ///   - domain: whose host this is.
    ///   - store: in place of the domain's own.
    ///   - byteByByte: gives the session every byte by itself.
    ///   - profile: LMTP unless it says otherwise.
    ///   - smarthost: takes what is for elsewhere.
    ///   - maximumSessions: of one account; 0 for any number.
    ///   - adjust: changes the limits.
    static func start(
        _ domain: TestDomain, store: Store? = nil, byteByByte: Bool = false, logger: Logger = Logger(label: "test"),
        profile: Profile = .lmtp(limits), smarthost: SMTPClient? = nil, maximumSessions: Int = 0,
        _ adjust: (inout SessionLimits) -> Void = { _ in }
    ) async throws -> TestServer {
        var profile = profile
        adjust(&profile.limits)
        let daemon = DaemonContext(
            kind: .lmtpd, configuration: Configuration(), logger: Logger(label: "test"),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton, store: store ?? domain.store)
        var policy = LoginPolicy()
        policy.failureDelay = .zero
        let authenticator = Authenticator(
            accounts: daemon.store.accounts, policy: policy, maximumSessions: maximumSessions, service: "smtp",
            metrics: daemon.metrics)
        let context = ServerContext(
            profile: profile, hostname: domain.host, store: store ?? domain.store, sessions: daemon.sessions,
            metrics: daemon.metrics, logger: logger, authenticator: authenticator, smarthost: smarthost)
        let path = "/tmp/lmtp-test-\(UInt64.random(in: 0...UInt64.max)).sock"
        var specification = context.listener(
            "test", .unix(path: path, owner: "", group: ""), ConnectionLimits(maximum: 100))
        if byteByByte {
            let initialize = specification.initialize
            specification.initialize = { channel, connection in
                do {
                    try channel.pipeline.syncOperations.addHandler(ByteSplitter())
                } catch {
                    return channel.eventLoop.makeFailedFuture(error)
                }
                return initialize(channel, connection)
            }
        }
        let listener = try await daemon.listen(specification)
        return TestServer(context: context, path: path, daemon: daemon, listener: listener)
    }

    var sessions: SessionRegistry { daemon.sessions }
    var metrics: DeliveryMetrics { context.metrics }

    func connect() async throws -> TestClient { try await TestClient.connect(path) }

    /// Ends the server. No session may be left that does not end by itself.
    func stop() async {
        await listener.stop()
        await sessions.drain(limit: .seconds(20))
    }
}

/// Waits until something that tells of itself in no other way has come about.
func eventually(_ what: Comment, _ isSo: () async throws -> Bool) async throws {
    for _ in 0..<6_000 {
        if try await isSo() { return }
        try await Task.sleep(for: .milliseconds(5))
    }
    Issue.record(what)
}

/// Passes bytes on one at a time.
private final class ByteSplitter: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        while let byte = buffer.readSlice(length: 1) { context.fireChannelRead(wrapInboundOut(byte)) }
    }
}
