import Glibc
import LightMailCore
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import Testing

@testable import LightMailDaemon

/// A context whose store connects to nothing, with a folder and event loops of its own.
struct TestDaemon: Sendable {
    let folder: TestFolder
    let context: DaemonContext

    init(
        _ kind: DaemonKind = .imapd, sockets: ActivatedSockets = ActivatedSockets([]),
        _ change: (inout Configuration) -> Void = { _ in }
    ) throws {
        folder = try TestFolder()
        let configuration = TestDaemon.configuration(in: folder, change)
        let sink = try LogSink(configuration.logging, program: kind.program)
        let logger = sink.logger(kind.program)
        context = DaemonContext(
            kind: kind, configuration: configuration, logger: logger,
            eventLoopGroup: MultiThreadedEventLoopGroup(numberOfThreads: 1),
            store: Store(try StoreConfiguration(configuration), logger: logger), sockets: sockets)
    }

    static func configuration(
        in folder: TestFolder, _ change: (inout Configuration) -> Void = { _ in }
    ) -> Configuration {
        var configuration = Configuration()
        configuration.system.drainSeconds = .seconds(30)
        configuration.database.socket = folder.path + "/no-database"
        configuration.database.user = "nobody"
        configuration.s3.endpoint = "http://127.0.0.1:1"
        configuration.s3.accessKey = Secret("key")
        configuration.s3.secretKey = Secret("secret")
        configuration.cache.directory = ""
        configuration.cache.spoolDirectory = folder.path
        configuration.logging.path = folder.path + "/log"
        configuration.logging.level = .trace
        change(&configuration)
        return configuration
    }

    /// A listener that greets with what it knows of the client, and sends back what it gets.
    func listen(
        _ endpoint: ListenerSpecification.Endpoint = .tcp(host: "127.0.0.1", port: 0),
        _ change: (inout ListenerSpecification) -> Void = { _ in }
    ) async throws -> Listener {
        var specification = ListenerSpecification(
            name: "echo", endpoint: endpoint, limits: ConnectionLimits(maximum: 100)
        ) { channel, info in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(EchoHandler(info))
            }
        }
        change(&specification)
        return try await context.listen(specification)
    }

    /// Ends what the test started.
    func end() async throws {
        await context.drain()
        await context.store.shutdown()
        try await context.eventLoopGroup.shutdownGracefully()
    }
}

/// Greets with `LISTENER CLIENT tls|clear`, and sends back what it gets.
final class EchoHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let info: ConnectionInfo

    init(_ info: ConnectionInfo) {
        self.info = info
    }

    func channelActive(context: ChannelHandlerContext) {
        let client = info.clientAddress.map { "\($0):\(info.remote?.port ?? 0)" } ?? "unix"
        let greeting = "\(info.listener) \(client) \(info.isTLS ? "tls" : "clear")\n"
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: greeting)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        context.writeAndFlush(wrapOutboundOut(unwrapInboundIn(data)), promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event { context.close(promise: nil) }
    }
}

/// A client of a listener, on event loops that all tests share.
final class TestClient {
    private let channel: Channel
    private var chunks: AsyncThrowingStream<ByteBuffer, any Error>.Iterator
    private var received = ""

    private init(_ channel: Channel, _ chunks: AsyncThrowingStream<ByteBuffer, any Error>) {
        self.channel = channel
        self.chunks = chunks.makeAsyncIterator()
    }

    static func connect(_ listener: Listener, tls: TLSConfiguration? = nil, preface: String = "") async throws
        -> TestClient
    {
        try await connect(
            SocketAddress(ipAddress: "127.0.0.1", port: #require(listener.port)), tls: tls, preface: preface)
    }

    /// - Parameter preface: Sent in clear before anything else, such as a PROXY header.
    static func connect(
        _ address: SocketAddress, tls: TLSConfiguration? = nil, preface: String = ""
    ) async throws -> TestClient {
        let (stream, continuation) = AsyncThrowingStream<ByteBuffer, any Error>.makeStream()
        let context = try tls.map { try NIOSSLContext(configuration: $0) }
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if !preface.isEmpty { try channel.pipeline.syncOperations.addHandler(PrefaceHandler(preface)) }
                    if let context {
                        let handler = try NIOSSLClientHandler(context: context, serverHostname: nil)
                        try channel.pipeline.syncOperations.addHandler(handler)
                    }
                    try channel.pipeline.syncOperations.addHandler(ReceivingHandler(continuation))
                }
            }
            .connect(to: address).get()
        return TestClient(channel, stream)
    }

    func send(_ text: String) async throws {
        try await channel.writeAndFlush(ByteBuffer(string: text)).get()
    }

    func closeOutput() async throws {
        try await channel.close(mode: .output).get()
    }

    func close() async throws {
        try await channel.close().get()
    }

    /// The next line, without its end; nil when the connection ended.
    func line() async throws -> String? {
        while true {
            if let end = received.firstIndex(where: \.isNewline) {
                defer { received = String(received[received.index(after: end)...]) }
                return String(received[..<end])
            }
            guard let chunk = try await chunks.next() else { return nil }
            received += String(buffer: chunk)
        }
    }

    /// All that comes until the other side closes.
    func rest() async throws -> String {
        while let chunk = try await chunks.next() { received += String(buffer: chunk) }
        return received
    }
}

private final class PrefaceHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let preface: String

    init(_ preface: String) {
        self.preface = preface
    }

    func channelActive(context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: preface)), promise: nil)
        context.fireChannelActive()
    }
}

private final class ReceivingHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let continuation: AsyncThrowingStream<ByteBuffer, any Error>.Continuation

    init(_ continuation: AsyncThrowingStream<ByteBuffer, any Error>.Continuation) {
        self.continuation = continuation
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        continuation.yield(unwrapInboundIn(data))
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event { continuation.finish() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        continuation.finish()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        continuation.finish(throwing: error)
        context.close(promise: nil)
    }
}
