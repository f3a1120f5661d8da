// A TCP proxy before MySQL that ends a connection in its COMMIT.

import NIOCore
import NIOPosix
import Synchronization

final class CommitCutter: Sendable {
    enum Cut: Sendable {
        /// The server never sees the COMMIT.
        case before
        /// The server answers it, and the client never sees the answer.
        case after
    }

    /// What happens between the answer that is lost and the client's hearing of its loss.
    typealias Meanwhile = @Sendable () async -> Void

    private let armed = Mutex<Cut?>(nil)
    private let meanwhile = Mutex<Meanwhile?>(nil)
    private let listener = Mutex<Channel?>(nil)
    private let count = Atomic<Int>(0)

    /// Listens on a port of its own in front of another.
    static func start(before port: Int) async throws -> CommitCutter {
        let cutter = CommitCutter()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { client in
                ClientBootstrap(group: client.eventLoop)
                    .channelInitializer { server in
                        server.eventLoop.makeCompletedFuture {
                            try server.pipeline.syncOperations.addHandler(Answers(to: client, cutter))
                        }
                    }
                    .connect(host: "127.0.0.1", port: port)
                    .flatMapThrowing { server in
                        let answers = try server.pipeline.syncOperations.handler(type: Answers.self)
                        let questions = Questions(to: server, answers, cutter)
                        try client.pipeline.syncOperations.addHandler(questions)
                    }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        cutter.listener.withLock { $0 = channel }
        return cutter
    }

    var port: Int { listener.withLock { $0?.localAddress?.port } ?? 0 }

    /// How many connections were cut.
    var cuts: Int { count.load(ordering: .sequentiallyConsistent) }

    /// Cuts the next COMMIT.
    func arm(_ cut: Cut, _ meanwhile: Meanwhile? = nil) {
        self.meanwhile.withLock { $0 = meanwhile }
        armed.withLock { $0 = cut }
    }

    fileprivate func passTime() async {
        let meanwhile = meanwhile.withLock { meanwhile in
            defer { meanwhile = nil }
            return meanwhile
        }
        await meanwhile?()
    }

    func stop() async throws {
        try await listener.withLock { $0 }?.close().get()
    }

    fileprivate func judge(_ bytes: ByteBuffer) -> Cut? {
        guard bytes.readableBytesView.firstRange(of: Array("COMMIT".utf8)) != nil else { return nil }
        return armed.withLock { armed in
            defer { armed = nil }
            if armed != nil { count.add(1, ordering: .sequentiallyConsistent) }
            return armed
        }
    }
}

/// From the client to the server.
private final class Questions: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let server: Channel
    private let answers: Answers
    private let cutter: CommitCutter

    init(to server: Channel, _ answers: Answers, _ cutter: CommitCutter) {
        self.server = server
        self.answers = answers
        self.cutter = cutter
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        switch cutter.judge(bytes) {
        case .before: context.close(promise: nil)
        case .after:
            answers.isCut = true
            server.writeAndFlush(bytes, promise: nil)
        case nil: server.writeAndFlush(bytes, promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        server.close(promise: nil)
    }
}

/// From the server to the client, on the same event loop.
private final class Answers: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let client: Channel
    private let cutter: CommitCutter
    var isCut = false
    private var isLost = false

    init(to client: Channel, _ cutter: CommitCutter) {
        self.client = client
        self.cutter = cutter
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isCut {
            // The answer may come in several pieces.
            guard !isLost else { return }
            isLost = true
            Task { [client, cutter] in
                await cutter.passTime()
                client.close(promise: nil)
            }
        } else {
            client.writeAndFlush(unwrapInboundIn(data), promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        client.close(promise: nil)
    }
}
