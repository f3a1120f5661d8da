// A server on a port of its own, for one test.

import Foundation
import LightMailCore
import LightMailDaemon
import Logging
import NIOCore
import NIOPosix
import Testing

@testable import POP3Server

struct TestServer {
    let channel: Channel
    let service: POP3Service
    var port: Int { channel.localAddress?.port ?? 0 }

    /// - Parameters:
    ///   - byteByByte: gives the session every byte by itself.
    ///   - store: a store of the test's own.
    ///   - maximumSessions: of one account; 0 for any number.
    ///   - adjust: changes the limits.
    static func start(
        byteByByte: Bool = false, store: Store? = nil, maximumSessions: Int = 0, tls: TLSProvider? = nil,
        requiresTLS: Bool = false,
        logger: Logger = Logger(label: "test"),
        _ adjust: (inout SessionLimits) -> Void = { _ in }
    ) async throws -> TestServer {
        var limits = SessionLimits(POP3Section())
        adjust(&limits)
        let sessions = SessionRegistry()
        let metrics = MetricsRegistry()
        var policy = LoginPolicy()
        policy.failureDelay = .milliseconds(1)
        var opened = store
        if opened == nil { opened = try await TestStore.shared.store() }
        let store = try #require(opened)
        let service = POP3Service(
            store: store,
            authenticator: Authenticator(
                accounts: store.accounts, policy: policy, maximumSessions: maximumSessions, service: "pop3",
                metrics: metrics),
            hostname: "pop.example.test", limits: limits, tls: tls, requiresTLS: requiresTLS, sessions: sessions,
            registry: metrics, logger: logger)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                var generator = SystemRandomNumberGenerator()
                let connection = ConnectionInfo(
                    sessionID: ConnectionInfo.makeSessionID(using: &generator), listener: "pop3",
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

/// A certificate of this process, made by openssl.
let testTLS = Result { () throws -> TLSProvider in
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let certificate = folder.appendingPathComponent("cert.pem").path
    let key = folder.appendingPathComponent("key.pem").path
    let openssl = Process()
    openssl.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
    openssl.arguments = [
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
        "-subj", "/CN=localhost", "-keyout", key, "-out", certificate,
    ]
    openssl.standardError = FileHandle.nullDevice
    try openssl.run()
    openssl.waitUntilExit()
    return try TLSProvider(certificate: certificate, key: key)
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
