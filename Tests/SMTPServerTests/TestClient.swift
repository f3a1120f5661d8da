// A client that sends bytes and reads lines.

import NIOCore
import NIOPosix
import Testing

final class TestClient {
    let channel: Channel
    private var lines: AsyncStream<String>.Iterator

    private init(_ channel: Channel, _ lines: AsyncStream<String>) {
        self.channel = channel
        self.lines = lines.makeAsyncIterator()
    }

    static func connect(_ path: String) async throws -> TestClient {
        let (lines, continuation) = AsyncStream<String>.makeStream()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(LineReader(continuation))
                }
            }
            .connect(unixDomainSocketPath: path).get()
        return TestClient(channel, lines)
    }

    /// Sends bytes; returns when the server's socket has taken them.
    func send(_ bytes: [UInt8]) async throws {
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes)).get()
    }

    /// Sends lines.
    func send(_ lines: String...) async throws {
        try await send(Array(lines.map { "\($0)\r\n" }.joined().utf8))
    }

    /// The next line without its end; nil once the server has closed.
    func line() async throws -> String? {
        // What never comes ends the connection, and with it the wait.
        let watchdog = channel.eventLoop.scheduleTask(in: .seconds(30)) { [channel] in channel.close(promise: nil) }
        defer { watchdog.cancel() }
        return await lines.next()
    }

    /// Reads one reply, which may have several lines, and holds it against a pattern for its last line.
    func expect(_ pattern: String, at location: SourceLocation = #_sourceLocation) async throws {
        while let line = try await line() {
            if line.dropFirst(3).first == "-" { continue }
            #expect(Transcript.matches(line, pattern), "got \(line)", sourceLocation: location)
            return
        }
        Issue.record("expected \(pattern), got the end", sourceLocation: location)
    }

    /// The server closes without another word.
    func expectClosed(at location: SourceLocation = #_sourceLocation) async throws {
        let line = try await line()
        #expect(line == nil, sourceLocation: location)
    }

    /// Reads the greeting and goes on to where DATA or BDAT may follow.
    func begin(_ domain: TestDomain, recipients: String...) async throws {
        try await expect("220 <>")
        try await send("LHLO client.example.org")
        try await expect("250 CHUNKING")
        try await mail(domain, recipients: recipients)
    }

    /// Sends an envelope.
    func mail(_ domain: TestDomain, recipients: [String]) async throws {
        try await send("MAIL FROM:<sender@example.org>")
        try await expect("250 2.1.0 <>")
        for recipient in recipients {
            try await send("RCPT TO:<\(recipient)@\(domain.name)>")
            try await expect("250 2.1.5 <>")
        }
    }

    func close() async throws {
        try await channel.close().get()
    }
}

private final class LineReader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let continuation: AsyncStream<String>.Continuation
    private var line: [UInt8] = []

    init(_ continuation: AsyncStream<String>.Continuation) {
        self.continuation = continuation
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        for byte in unwrapInboundIn(data).readableBytesView {
            line.append(byte)
            if line.suffix(2) == [0x0D, 0x0A] {
                continuation.yield(String(decoding: line.dropLast(2), as: UTF8.self))
                line = []
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
