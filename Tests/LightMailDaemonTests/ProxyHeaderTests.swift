import NIOCore
import NIOEmbedded
import Testing

@testable import LightMailDaemon

/// A header and what it says: `SOURCE > DESTINATION`, or nothing for the addresses of the connection.
struct ProxyCase: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    let endpoints: String?

    var testDescription: String { name }

    init(_ text: String, _ endpoints: String?) {
        (name, bytes, self.endpoints) = (text, Array(text.utf8), endpoints)
    }

    init(_ name: String, binary command: UInt8, family: UInt8, _ payload: [UInt8], _ endpoints: String?) {
        self.name = name
        self.endpoints = endpoints
        bytes = ProxyCase.binary(command, family, payload)
    }

    static let signature: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A]

    static func binary(_ command: UInt8, _ family: UInt8, _ payload: [UInt8]) -> [UInt8] {
        signature + [command, family, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)] + payload
    }

    static let ipv4: [UInt8] = [192, 0, 2, 1, 198, 51, 100, 7, 0xC0, 0x00, 0x03, 0xE1]
    static let ipv6: [UInt8] =
        [0x20, 0x01, 0x0D, 0xB8] + [UInt8](repeating: 0, count: 11) + [1]
        + [0x20, 0x01, 0x0D, 0xB8] + [UInt8](repeating: 0, count: 11) + [2] + [0xFF, 0xFF, 0x00, 0x8F]

    static let good = [
        ProxyCase("PROXY TCP4 192.0.2.1 198.51.100.7 49152 993\r\n", "192.0.2.1:49152 > 198.51.100.7:993"),
        ProxyCase("PROXY TCP6 2001:db8::1 2001:db8::2 65535 143\r\n", "2001:db8::1:65535 > 2001:db8::2:143"),
        ProxyCase("PROXY TCP4 0.0.0.0 255.255.255.255 0 0\r\n", "0.0.0.0:0 > 255.255.255.255:0"),
        ProxyCase("PROXY UNKNOWN\r\n", nil),
        ProxyCase("PROXY UNKNOWN whatever it \u{0} says\r\n", nil),
        ProxyCase("TCP over IPv4", binary: 0x21, family: 0x11, ipv4, "192.0.2.1:49152 > 198.51.100.7:993"),
        ProxyCase("TCP over IPv6", binary: 0x21, family: 0x21, ipv6, "2001:db8::1:65535 > 2001:db8::2:143"),
        ProxyCase(
            "extensions", binary: 0x21, family: 0x11, ipv4 + [4, 0, 1, 0xFF], "192.0.2.1:49152 > 198.51.100.7:993"),
        ProxyCase("LOCAL", binary: 0x20, family: 0x00, [], nil),
        ProxyCase("LOCAL with addresses", binary: 0x20, family: 0x11, ipv4, nil),
        ProxyCase("unspecified", binary: 0x21, family: 0x00, [1, 2, 3], nil),
        ProxyCase("UNIX", binary: 0x21, family: 0x31, [UInt8](repeating: 0x61, count: 216), nil),
    ]

    static let bad = [
        ProxyCase("GET / HTTP/1.0\r\n", nil), ProxyCase("P ", nil), ProxyCase("PROXY\r\n", nil),
        ProxyCase("proxy TCP4 192.0.2.1 198.51.100.7 1 2\r\n", nil), ProxyCase("PROXY \r\n", nil),
        ProxyCase("PROXY TCP5 192.0.2.1 198.51.100.7 1 2\r\n", nil),
        ProxyCase("PROXY TCP4 192.0.2.1 198.51.100.7 1 2\n", nil),
        ProxyCase("PROXY TCP4 192.0.2.1  198.51.100.7 1 2\r\n", nil),
        ProxyCase("PROXY TCP4 192.0.2.1 198.51.100.7 1 2 3\r\n", nil),
        ProxyCase("PROXY TCP4 192.0.2.1 198.51.100.7 1\r\n", nil),
        ProxyCase("PROXY TCP4 192.0.2.1 198.51.100.7 65536 2\r\n", nil),
        ProxyCase("PROXY TCP4 192.0.2.1 198.51.100.7 +1 2\r\n", nil),
        ProxyCase("PROXY TCP4 192.0.2.1 198.51.100.7 01 2\r\n", nil),
        ProxyCase("PROXY TCP4 192.0.2.256 198.51.100.7 1 2\r\n", nil),
        ProxyCase("PROXY TCP4 192.0.02.1 198.51.100.7 1 2\r\n", nil),
        ProxyCase("PROXY TCP4 2001:db8::1 2001:db8::2 1 2\r\n", nil),
        ProxyCase("PROXY TCP6 192.0.2.1 198.51.100.7 1 2\r\n", nil),
        ProxyCase("PROXY TCP4 localhost 198.51.100.7 1 2\r\n", nil),
        ProxyCase("PROXY UNKNOWN " + String(repeating: "x", count: 107) + "\r\n", nil),
        ProxyCase("version 1 in binary", binary: 0x11, family: 0x11, ipv4, nil),
        ProxyCase("unknown command", binary: 0x22, family: 0x11, ipv4, nil),
        ProxyCase("datagrams", binary: 0x21, family: 0x12, ipv4, nil),
        ProxyCase("unknown family", binary: 0x21, family: 0x41, ipv4, nil),
        ProxyCase("short IPv4", binary: 0x21, family: 0x11, Array(ipv4.dropLast()), nil),
        ProxyCase("short IPv6", binary: 0x21, family: 0x21, ipv4, nil),
        ProxyCase("too long", binary: 0x21, family: 0x11, [UInt8](repeating: 0, count: 2049), nil),
    ]
}

extension ProxyHeader {
    var text: String? {
        endpoints.map { "\(ProxyHeader.text($0.source)) > \(ProxyHeader.text($0.destination))" }
    }

    private static func text(_ address: SocketAddress) -> String {
        "\(address.ipAddress ?? "?"):\(address.port ?? -1)"
    }
}

@Suite struct ProxyHeaderTests {
    @Test(arguments: ProxyCase.good)
    func headersAreReadWholeAndByteByByte(example: ProxyCase) throws {
        let behind = Array("a1 NOOP\r\n".utf8)
        var whole = ByteBuffer(bytes: example.bytes + behind)
        let header = try #require(try ProxyHeader.read(from: &whole))
        #expect(header.text == example.endpoints)
        #expect(Array(whole.readableBytesView) == behind)

        var slowly = ByteBuffer()
        for (index, byte) in example.bytes.enumerated() {
            slowly.writeInteger(byte)
            let read = try ProxyHeader.read(from: &slowly)
            #expect((read == header) == (index == example.bytes.count - 1))
        }
        #expect(slowly.readableBytes == 0)
    }

    @Test(arguments: ProxyCase.bad)
    func whatIsNoHeaderIsRefused(example: ProxyCase) {
        #expect(throws: ProxyHeader.Failure.self) {
            var buffer = ByteBuffer(bytes: example.bytes)
            if try ProxyHeader.read(from: &buffer) == nil { Issue.record("waits for more") }
        }
        // Byte by byte it is refused too, and at the latest with its last byte.
        #expect(throws: ProxyHeader.Failure.self) {
            var buffer = ByteBuffer()
            for byte in example.bytes {
                buffer.writeInteger(byte)
                if try ProxyHeader.read(from: &buffer) != nil { Issue.record("took it for a header") }
            }
        }
    }

    @Test func randomBytesNeverTrap() {
        var generator = SplitMix(state: 7)
        for _ in 0..<20_000 {
            let start =
                [Array("PROXY TCP4 ".utf8), ProxyCase.signature + [0x21], []].randomElement(using: &generator) ?? []
            let length = Int.random(in: 0..<64, using: &generator)
            let rest = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
            var buffer = ByteBuffer(bytes: start + rest)
            _ = try? ProxyHeader.read(from: &buffer)
        }
    }
}

/// Random numbers that are the same in each run.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

@Suite struct ProxyProtocolHandlerTests {
    /// What came of a connection: bytes, activity and failure, as the protocol behind the handler sees them.
    private final class Recorder: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        var received = ""
        var activations = 0

        func channelActive(context: ChannelHandlerContext) { activations += 1 }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            received += String(buffer: unwrapInboundIn(data))
        }
    }

    private final class Outcome {
        var header: ProxyHeader?
        var failure: ProxyHeader.Failure?
        let recorder = Recorder()
    }

    private func makeChannel() throws -> (EmbeddedChannel, Outcome) {
        let channel = EmbeddedChannel()
        let outcome = Outcome()
        try channel.pipeline.syncOperations.addHandler(
            ProxyProtocolHandler { result in
                switch result {
                case .success(let header):
                    outcome.header = header
                    return channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(outcome.recorder)
                    }
                case .failure(let failure):
                    outcome.failure = failure
                    return channel.close()
                }
            })
        try channel.connect(to: SocketAddress(ipAddress: "10.0.0.1", port: 1)).wait()
        return (channel, outcome)
    }

    @Test func theProtocolBeginsWithWhatFollowsTheHeader() throws {
        let (channel, outcome) = try makeChannel()
        try channel.writeInbound(ByteBuffer(string: "PROXY TCP4 192.0.2.1 198.51.100.7 1 "))
        #expect(outcome.header == nil && outcome.recorder.activations == 0)
        try channel.writeInbound(ByteBuffer(string: "2\r\nhel"))
        try channel.writeInbound(ByteBuffer(string: "lo"))
        #expect(outcome.header?.text == "192.0.2.1:1 > 198.51.100.7:2")
        #expect(outcome.recorder.received == "hello")
        #expect(outcome.recorder.activations == 1)
        channel.embeddedEventLoop.advanceTime(by: .seconds(60))
        #expect(channel.isActive && outcome.failure == nil)
        try channel.close().wait()
    }

    @Test func badLateAndBrokenHeadersCloseTheConnection() throws {
        let (bad, badOutcome) = try makeChannel()
        try bad.writeInbound(ByteBuffer(string: "EHLO x\r\n"))
        #expect(badOutcome.failure == .malformed && !bad.isActive)

        let (late, lateOutcome) = try makeChannel()
        late.embeddedEventLoop.advanceTime(by: .seconds(4))
        try late.writeInbound(ByteBuffer(string: "PROXY "))
        #expect(late.isActive)
        late.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(lateOutcome.failure == .timeout && !late.isActive)

        let (broken, brokenOutcome) = try makeChannel()
        try broken.writeInbound(ByteBuffer(string: "PROXY "))
        broken.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(brokenOutcome.failure == .incomplete && brokenOutcome.header == nil && !broken.isActive)
    }
}
