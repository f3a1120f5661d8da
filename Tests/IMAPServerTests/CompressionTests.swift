// COMPRESS=DEFLATE with a client that compresses: pipelining, bombs, back-pressure, and the way out by UNAUTHENTICATE.

import NIOCore
import NIOPosix
import Testing

@testable import IMAPServer

@Suite struct CompressionTests {
    /// A client that has logged in and begun to compress.
    private static func start(_ server: TestServer, _ user: String) async throws -> (TestClient, ClientCompression) {
        let client = try await TestClient.connect(server.port)
        _ = try await client.line()
        _ = try await client.command("a1", "LOGIN \(user) secret")
        #expect(try await client.command("a2", "COMPRESS DEFLATE").last?.hasPrefix("a2 OK") == true)
        let compression = try ClientCompression()
        try await client.channel.eventLoop.submit { [channel = client.channel] in
            try channel.pipeline.syncOperations.addHandler(compression, position: .first)
        }.get()
        return (client, compression)
    }

    @Test(arguments: [false, true])
    func commandsAndMessagesTravelCompressed(byteByByte: Bool) async throws {
        let server = try await TestServer.start(byteByByte: byteByByte)
        let user = try await TestStore.shared.makeAccount()
        let (client, _) = try await Self.start(server, user)
        #expect(try await client.command("b0", "COMPRESS DEFLATE").last?.hasPrefix("b0 NO [COMPRESSIONACTIVE]") == true)
        let body = String(repeating: "0123456789", count: 2000)
        try await client.send("b1 APPEND INBOX {20000+}\r\n\(body) {20000}")
        #expect(try await client.line() == "+ OK")
        try await client.send("\(body)\r\nb2 SELECT INBOX\r\nb3 FETCH 1:2 BODY.PEEK[]")
        #expect(try await client.lines(until: "b1").last?.hasPrefix("b1 OK [APPENDUID") == true)
        #expect(try await client.lines(until: "b2").contains("* 2 EXISTS"))
        #expect(try await client.lines(until: "b3").filter { $0 == "\(body))" }.count == 2)
        try await client.close()
        try await server.stop()
    }

    @Test func aBombMeetsTheLimitsOfEveryLine() async throws {
        let server = try await TestServer.start()
        let user = try await TestStore.shared.makeAccount()
        let (client, _) = try await Self.start(server, user)
        // A few kilobytes that are eight megabytes of one line.
        let piece = ByteBuffer(repeating: UInt8(ascii: "x"), count: 1 << 20)
        for _ in 0..<8 { client.channel.write(piece, promise: nil) }
        try await client.send("\r\nb1 NOOP")
        #expect(try await client.lines(until: "b1") == ["* BAD Command line is too long", "b1 OK Done"])
        try await client.close()
        try await server.stop()
    }

    @Test func unauthenticateEndsItWhereTheClientEndedIt() async throws {
        let server = try await TestServer.start()
        let user = try await TestStore.shared.makeAccount()
        for isFinished in [false, true] {
            let (client, compression) = try await Self.start(server, user)
            // In one write: the last compressed command, and plain ones behind it.
            try await compression.end(
                with: "b1 NOOP\r\nb2 UNAUTHENTICATE\r\n", isFinished: isFinished,
                thenPlain: "b3 LOGIN \(user) secret\r\nb4 NOOP\r\n", client.channel)
            #expect(try await client.lines(until: "b1").last?.hasPrefix("b1 OK") == true)
            #expect(try await client.lines(until: "b2").last?.hasPrefix("b2 OK") == true)
            #expect(try await client.lines(until: "b3").last?.hasPrefix("b3 OK") == true)
            #expect(try await client.lines(until: "b4").last?.hasPrefix("b4 OK") == true)
            try await client.close()
        }
        try await server.stop()
    }

    @Test func aClientThatHasSentAllStillGetsItsAnswers() async throws {
        let server = try await TestServer.start()
        let user = try await TestStore.shared.makeAccount()
        let (client, _) = try await Self.start(server, user)
        try await client.send("b1 SELECT INBOX\r\nb2 NOOP")
        try await client.channel.close(mode: .output).get()
        #expect(try await client.lines(until: "b2").last?.hasPrefix("b2 OK") == true)
        #expect(try await client.line() == nil)
        try await server.stop()
    }

    @Test func aHeartbeatTravelsCompressed() async throws {
        let server = try await TestServer.start { $0.heartbeat = .milliseconds(20) }
        let user = try await TestStore.shared.makeAccount()
        let (client, _) = try await Self.start(server, user)
        try await client.send("b1 IDLE")
        #expect(try await client.line()?.hasPrefix("+ ") == true)
        for _ in 0..<2 { #expect(try await client.line() == "* OK Still here") }
        try await client.send("DONE")
        #expect(try await client.lines(until: "b1").last == "b1 OK Done")
        try await client.close()
        try await server.stop()
    }

    @Test func itIsNotOfferedWhereItIsTurnedOff() async throws {
        let server = try await TestServer.start {
            $0.offersCompression = false
            $0.offersUnauthenticate = false
        }
        let user = try await TestStore.shared.makeAccount()
        let client = try await TestClient.connect(server.port)
        _ = try await client.line()
        let answer = try await client.command("a1", "LOGIN \(user) secret").last ?? ""
        #expect(!answer.contains("COMPRESS") && !answer.contains("UNAUTHENTICATE"))
        #expect(try await client.command("a2", "COMPRESS DEFLATE").last?.hasPrefix("a2 BAD") == true)
        #expect(try await client.command("a3", "UNAUTHENTICATE").last?.hasPrefix("a3 BAD") == true)
        try await client.close()
        try await server.stop()
    }
}

/// The client's side of the compression. Once it is made, all happens on the event loop of its channel.
private final class ClientCompression: ChannelDuplexHandler, @unchecked Sendable {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    struct NoMemory: Error {}

    private let deflater: Deflater
    private let inflater: Inflater
    private var received = ByteBuffer()
    private var hasEnded = false
    private var sendsPlain = false

    init() throws {
        guard let deflater = Deflater(), let inflater = Inflater() else { throw NoMemory() }
        self.deflater = deflater
        self.inflater = inflater
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        context.write(sendsPlain ? data : wrapOutboundOut(deflater.compress(unwrapOutboundIn(data))), promise: promise)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        received.writeBuffer(&bytes)
        while received.readableBytes > 0 || inflater.mayHoldMore, !hasEnded {
            let (piece, stop) = inflater.next(&received)
            context.fireChannelRead(wrapInboundOut(piece))
            if case .ended = stop { hasEnded = true }
            if case .starved = stop { break }
        }
        guard hasEnded, received.readableBytes > 0 else { return }
        context.fireChannelRead(wrapInboundOut(received))
        received.clear()
    }

    /// Sends the last that is compressed and the first that is not in one piece.
    func end(with last: String, isFinished: Bool, thenPlain rest: String, _ channel: Channel) async throws {
        try await channel.eventLoop.flatSubmit {
            var bytes = self.deflater.compress(ByteBuffer(string: last), isLast: isFinished)
            bytes.writeString(rest)
            self.sendsPlain = true
            return channel.writeAndFlush(bytes)
        }.get()
    }
}
