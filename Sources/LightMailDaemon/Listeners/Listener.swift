import Logging
import NIOCore
import NIOPosix

/// An open listener.
package final class Listener: Sendable {
    package let name: String
    /// Where it listens; for port 0, with the port that the system chose.
    package let address: String
    /// The TCP port; nil on a UNIX socket.
    package let port: Int?
    private let channel: Channel
    private let socketFile: UNIXSocketFile?

    private init(name: String, channel: Channel, socketFile: UNIXSocketFile?) {
        self.name = name
        self.channel = channel
        self.socketFile = socketFile
        port = channel.localAddress?.port
        // A socket file was renamed after it was bound, so the channel knows it by another name.
        address = socketFile?.path ?? channel.localAddress.map(Listener.text) ?? name
    }

    /// - Throws: `ListenerError`.
    static func open(
        _ specification: ListenerSpecification, sockets: ActivatedSockets, group: MultiThreadedEventLoopGroup,
        sessions: SessionRegistry, metrics: MetricsRegistry, logger: Logger
    ) async throws -> Listener {
        let acceptor = ConnectionAcceptor(specification, sessions: sessions, metrics: metrics, logger: logger)
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    // Pauses for a second when the process is out of file descriptors, instead of spinning.
                    try channel.pipeline.syncOperations.addHandlers(
                        AcceptFailureHandler(metrics: metrics, listener: specification.name, logger: logger),
                        AcceptBackoffHandler(shouldForwardIOErrorCaught: true), position: .first)
                }
            }
            .childChannelInitializer { acceptor.accept($0) }
            // A client that has sent all it wants to say still waits for the answers.
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.socketOption(.so_keepalive), value: 1)
            .childChannelOption(.maxMessagesPerRead, value: 4)
            // A channel keeps the buffer that it read into last, so an idle one has to have a small one.
            .childChannelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(
                    minimum: 1024, initial: 1024, maximum: max(1024, specification.readBufferSize))
            )
            .childChannelOption(
                .writeBufferWaterMark, value: ChannelOptions.Types.WriteBufferWaterMark(low: 32768, high: 131_072))
        if let descriptor = try sockets.claim(specification) {
            let channel = try await opening(specification) { try await bootstrap.withBoundSocket(descriptor).get() }
            return Listener(name: specification.name, channel: channel, socketFile: nil)
        }
        switch specification.endpoint {
        case .tcp(let host, let port):
            let channel = try await opening(specification) {
                try await bootstrap.bind(host: host, port: port).get()
            }
            return Listener(name: specification.name, channel: channel, socketFile: nil)
        case .unix(let path, let owner, let group):
            let (file, descriptor) = try await opening(specification) {
                try UNIXSocketFile.listen(path: path, owner: owner, group: group, backlog: 1024)
            }
            let channel = try await opening(specification) { try await bootstrap.withBoundSocket(descriptor).get() }
            return Listener(name: specification.name, channel: channel, socketFile: file)
        }
    }

    /// Accepts no more connections. Those that were accepted live on.
    package func stop() async {
        socketFile?.remove()
        // It fails only when the channel is closed already, which is what is wanted.
        _ = try? await channel.close().get()
    }

    private static func opening<Result>(
        _ specification: ListenerSpecification, _ body: () async throws -> Result
    ) async throws -> Result {
        do {
            return try await body()
        } catch {
            let message = (error as? IOError).map { SystemError.text($0.errnoCode) } ?? "\(error)"
            throw ListenerError(
                listener: specification.name, endpoint: "\(specification.endpoint)", message: message)
        }
    }

    private static func text(_ address: SocketAddress) -> String {
        switch address {
        case .unixDomainSocket: address.pathname ?? "a UNIX socket"
        case .v4, .v6:
            "\(ListenerSpecification.Endpoint.tcp(host: address.ipAddress ?? "", port: address.port ?? 0))"
        }
    }
}

/// Logs why a connection could not be accepted.
private final class AcceptFailureHandler: ChannelInboundHandler {
    typealias InboundIn = Channel

    private let failures: Counter
    private let listener: String
    private let logger: Logger

    init(metrics: MetricsRegistry, listener: String, logger: Logger) {
        failures = metrics.counter(
            "lightmail_accept_failures_total", "Connections that could not be accepted.", ["listener": listener])
        self.listener = listener
        self.logger = logger
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        failures.increment()
        logger.error(
            "cannot accept a connection", metadata: [LogKey.listener: "\(listener)", LogKey.error: "\(error)"])
    }
}
