// An SMTP server whose replies a test writes itself.

import NIOCore
import NIOPosix
import Synchronization

/// Serves every connection with one script, and keeps what it was told.
final class ScriptedServer: Sendable {
    enum Answer: Sendable {
        /// Lines, each without its end.
        case reply([String])
        /// Nothing at all.
        case silence
        /// The end of the connection.
        case close

        static func reply(_ line: String) -> Answer { .reply([line]) }
    }

    /// What a script is asked: a command line, or the message, or nothing for the greeting.
    enum Event: Sendable, Equatable {
        case greeting
        case command(String)
        case message([UInt8])
    }

    typealias Script = @Sendable (Event) -> Answer

    private struct Record {
        var events: [Event] = []
        var connections = 0
    }

    let channel: Channel
    private let record: SharedRecord

    private final class SharedRecord: Sendable {
        let value = Mutex(Record())
    }

    private init(_ channel: Channel, _ record: SharedRecord) {
        self.channel = channel
        self.record = record
    }

    static func start(_ script: @escaping Script) async throws -> ScriptedServer {
        let record = SharedRecord()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    record.value.withLock { $0.connections += 1 }
                    try channel.pipeline.syncOperations.addHandler(
                        ScriptHandler { event in
                            record.value.withLock { $0.events.append(event) }
                            return script(event)
                        })
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return ScriptedServer(channel, record)
    }

    var port: Int { channel.localAddress?.port ?? 0 }
    var connections: Int { record.value.withLock(\.connections) }

    /// The commands so far, without the farewell.
    var commands: [String] {
        record.value.withLock(\.events).compactMap { event in
            guard case .command(let line) = event, line != "QUIT" else { return nil }
            return line
        }
    }

    var messages: [[UInt8]] {
        record.value.withLock(\.events).compactMap { event in
            guard case .message(let bytes) = event else { return nil }
            return bytes
        }
    }

    func stop() async throws { try await channel.close().get() }

    /// What a server says that has no wishes of its own; to be asked last.
    static func obliging(_ event: Event, extensions: [String] = ["SIZE 1000000", "8BITMIME"]) -> Answer {
        switch event {
        case .greeting: return .reply("220 scripted.example.net ESMTP")
        case .message: return .reply("250 2.0.0 Taken")
        case .command(let line):
            switch line.prefix(4) {
            case "EHLO":
                let lines = ["scripted.example.net"] + extensions
                return .reply(lines.dropLast().map { "250-\($0)" } + lines.suffix(1).map { "250 \($0)" })
            case "DATA": return .reply("354 Go on")
            case "QUIT": return .reply("221 2.0.0 Bye")
            case "STAR": return .reply("502 5.5.1 Not here")
            default: return .reply("250 2.0.0 Good")
            }
        }
    }
}

private final class ScriptHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let script: ScriptedServer.Script
    private var received: [UInt8] = []
    private var isReceivingMessage = false

    init(_ script: @escaping ScriptedServer.Script) {
        self.script = script
    }

    func channelActive(context: ChannelHandlerContext) {
        answer(.greeting, context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received += unwrapInboundIn(data).readableBytesView
        while takeNext(context) {}
    }

    private func takeNext(_ context: ChannelHandlerContext) -> Bool {
        let end = Array((isReceivingMessage ? "\r\n.\r\n" : "\r\n").utf8)
        guard let range = received.firstRange(of: end) else { return false }
        let taken = Array(received[..<range.lowerBound])
        received.removeFirst(range.upperBound)
        if isReceivingMessage {
            isReceivingMessage = false
            answer(.message(taken + [0x0D, 0x0A]), context)
        } else {
            answer(.command(String(decoding: taken, as: UTF8.self)), context)
        }
        return true
    }

    private func answer(_ event: ScriptedServer.Event, _ context: ChannelHandlerContext) {
        switch script(event) {
        case .silence: break
        case .close: context.close(promise: nil)
        case .reply(let lines):
            if lines.first?.hasPrefix("354") == true { isReceivingMessage = true }
            let text = lines.map { "\($0)\r\n" }.joined()
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
        }
    }
}
