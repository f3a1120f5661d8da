// A server on a port of its own, for one test.

import LightMailCore
import LightMailDaemon
import Logging
import NIOCore
import NIOPosix
import Testing

@testable import IMAPServer

struct TestServer {
    let channel: Channel
    let service: IMAPService
    var port: Int { channel.localAddress?.port ?? 0 }

    /// - Parameters:
    ///   - byteByByte: gives the session every byte by itself.
    ///   - store: a store of the test's own.
    ///   - maximumSessions: of one account; 0 for any number.
    ///   - adjust: changes the limits.
    ///   - now: the clock of long searches.
    static func start(
        byteByByte: Bool = false, store: Store? = nil, tls: TLSProvider? = nil, requiresTLS: Bool = false,
        maximumSessions: Int = 0,
        logger: Logger = Logger(label: "test"),
        _ adjust: (inout SessionLimits) -> Void = { _ in },
        now: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now }
    ) async throws -> TestServer {
        var limits = SessionLimits(IMAPSection())
        limits.commandsBeforeLogin = 0
        limits.messageSize = 40_000_000
        adjust(&limits)
        let sessions = SessionRegistry()
        var opened = store
        if opened == nil { opened = try await TestStore.shared.store() }
        let store = try #require(opened)
        let metrics = MetricsRegistry()
        var policy = LoginPolicy()
        policy.failureDelay = .milliseconds(1)
        let service = IMAPService(
            store: store,
            authenticator: Authenticator(
                accounts: store.accounts, policy: policy, maximumSessions: maximumSessions, service: "imap",
                metrics: metrics),
            hostname: "imap.example.test", limits: limits, tls: tls,
            requiresTLS: requiresTLS,
            serverAnnotations: [Annotation("/shared/admin", Array("mailto:postmaster@example.test".utf8))],
            sessions: sessions, registry: metrics, logger: logger, now: now)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                var generator = SystemRandomNumberGenerator()
                let connection = ConnectionInfo(
                    sessionID: ConnectionInfo.makeSessionID(using: &generator), listener: "imap",
                    local: channel.localAddress, remote: channel.remoteAddress, isTLS: false)
                sessions.register(connection.sessionID, channel: channel)
                if byteByByte {
                    do {
                        try channel.pipeline.syncOperations.addHandler(ByteSplitter())
                    } catch {
                        return channel.eventLoop.makeFailedFuture(error)
                    }
                }
                return service.initialize(channel, connection)
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return TestServer(channel: channel, service: service)
    }

    func stop() async throws {
        await service.sessions.drain(limit: .seconds(5))
        try await channel.close().get()
    }
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
