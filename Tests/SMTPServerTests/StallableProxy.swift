// A TCP proxy that passes nothing on to the server until it is told to.

import NIOCore
import NIOPosix
import Synchronization

final class StallableProxy: Sendable {
    private struct State {
        var isOpen = false
        var clients: [Channel] = []
    }

    private let state = Mutex(State())
    private let listener: Mutex<Channel?> = Mutex(nil)

    /// Listens on a port of its own in front of another.
    static func start(before port: Int) async throws -> StallableProxy {
        let proxy = StallableProxy()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { client in
                ClientBootstrap(group: client.eventLoop)
                    .channelInitializer { server in
                        server.eventLoop.makeCompletedFuture {
                            try server.pipeline.syncOperations.addHandler(Relay(to: client))
                        }
                    }
                    .connect(host: "127.0.0.1", port: port)
                    .flatMapThrowing { server in
                        let relay = Relay(to: server) { proxy.add(client) }
                        try client.pipeline.syncOperations.addHandler(relay)
                    }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        proxy.listener.withLock { $0 = channel }
        return proxy
    }

    var port: Int { listener.withLock { $0?.localAddress?.port } ?? 0 }

    /// How many connections have been made.
    var connections: Int { state.withLock { $0.clients.count } }

    /// Passes on what waits, and all that comes.
    func open() {
        let clients = state.withLock { state in
            state.isOpen = true
            return state.clients
        }
        for client in clients { read(client) }
    }

    func stop() async throws {
        try await listener.withLock { $0 }?.close().get()
    }

    private func add(_ client: Channel) {
        let isOpen = state.withLock { state in
            state.clients.append(client)
            return state.isOpen
        }
        if isOpen { read(client) }
    }

    private func read(_ client: Channel) {
        client.setOption(.autoRead, value: true).whenSuccess { client.read() }
    }
}

private final class Relay: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let other: Channel
    private let onActive: () -> Void

    init(to other: Channel, onActive: @escaping () -> Void = {}) {
        self.other = other
        self.onActive = onActive
    }

    func channelActive(context: ChannelHandlerContext) {
        onActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        other.writeAndFlush(unwrapInboundIn(data), promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        other.close(promise: nil)
    }
}
