// A client that sends bytes and reads lines.

import NIOCore
import NIOPosix

/// The server closed the connection, or said nothing for too long.
struct ClientTimeout: Error {}

final class TestClient {
    let channel: Channel
    private var lines: AsyncStream<[UInt8]>.Iterator

    private init(_ channel: Channel, _ lines: AsyncStream<[UInt8]>) {
        self.channel = channel
        self.lines = lines.makeAsyncIterator()
    }

    static func connect(_ port: Int) async throws -> TestClient {
        let (lines, continuation) = AsyncStream<[UInt8]>.makeStream()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(LineReader(continuation))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        return TestClient(channel, lines)
    }

    func send(_ bytes: [UInt8]) async throws {
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes)).get()
    }

    func send(_ text: String) async throws {
        try await send(Array("\(text)\r\n".utf8))
    }

    /// The next line without its end; nil once the server has closed.
    func line() async throws -> String? {
        // What never comes ends the connection, and with it the wait.
        let watchdog = channel.eventLoop.scheduleTask(in: .seconds(60)) { [channel] in channel.close(promise: nil) }
        defer { watchdog.cancel() }
        return await lines.next().map { String(decoding: $0, as: UTF8.self) }
    }

    /// The lines up to and with the one that begins with the tag.
    func lines(until tag: String) async throws -> [String] {
        var lines: [String] = []
        while let line = try await line() {
            lines.append(line)
            if line.hasPrefix("\(tag) ") { return lines }
        }
        throw ClientTimeout()
    }

    /// Sends a command and gives what comes back.
    func command(_ tag: String, _ text: String) async throws -> [String] {
        try await send("\(tag) \(text)")
        return try await lines(until: tag)
    }

    func close() async throws {
        try await channel.close().get()
    }
}

private final class LineReader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let continuation: AsyncStream<[UInt8]>.Continuation
    private var line: [UInt8] = []

    init(_ continuation: AsyncStream<[UInt8]>.Continuation) {
        self.continuation = continuation
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        for byte in unwrapInboundIn(data).readableBytesView {
            if byte == UInt8(ascii: "\n") {
                if line.last == UInt8(ascii: "\r") { line.removeLast() }
                continuation.yield(line)
                line = []
            } else {
                line.append(byte)
            }
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        continuation.finish()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
