// Sessions that the server slows or ends: who lags, who floods; and the heartbeat of who waits.

import LightMailDaemon
import Logging
import NIOCore
import NIOPosix
import Testing

@testable import IMAPServer

/// Gives what is logged as it comes.
private struct StreamHandler: LogHandler {
    let lines: AsyncStream<String>.Continuation
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.notice

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        lines.yield("\(event.message) \(event.metadata?[LogKey.reason].map { "\($0)" } ?? "")")
    }
}

@Suite struct SessionCutTests {
    private let log: AsyncStream<String>
    private let logger: Logger

    init() {
        let (log, lines) = AsyncStream<String>.makeStream()
        self.log = log
        logger = Logger(label: "test") { _ in StreamHandler(lines: lines) }
    }

    private func cut(_ reason: String) async {
        for await line in log where line == "session cut \(reason)" { return }
    }

    private static func login(_ server: TestServer) async throws -> TestClient {
        let user = try await TestStore.shared.makeAccount()
        let client = try await TestClient.connect(server.port)
        _ = try await client.line()
        #expect(try await client.command("a1", "LOGIN \(user) secret").last?.hasPrefix("a1 OK") == true)
        return client
    }

    private static func end(of client: TestClient) async throws -> [String] {
        var lines: [String] = []
        while let line = try await client.line() { lines.append(line) }
        return lines
    }

    @Test(arguments: [false, true])
    func whoReadsNothingIsCut(inIDLE: Bool) async throws {
        let server = try await TestServer.start(logger: logger) { $0.lagTime = .milliseconds(100) }
        let client = try await Self.login(server)
        let message = String(repeating: "a line of a message that is larger than the buffers\r\n", count: 100_000)
        try await client.send("a2 APPEND INBOX {\(message.utf8.count)+}\r\n\(message)")
        #expect(try await client.lines(until: "a2").last?.hasPrefix("a2 OK") == true)
        _ = try await client.command("a3", "SELECT INBOX")
        try await client.channel.setOption(.autoRead, value: false).get()
        let fetches = (0..<8).map { "f\($0) FETCH 1 BODY.PEEK[]" }
        try await client.send((inIDLE ? ["a4 IDLE", "DONE"] + fetches : fetches).joined(separator: "\r\n"))
        await cut("lag")
        try await client.channel.setOption(.autoRead, value: true).get()
        // What the sockets held comes, and then the end: no reply, and no BYE in the middle of a message.
        let lines = try await Self.end(of: client)
        #expect(!lines.contains { $0.hasPrefix("f7 OK") || $0.hasPrefix("* BYE") })
        // A session that is gone is no longer counted.
        try await server.stop()
        #expect(server.service.metrics.sessions.current == 0)
        #expect(server.service.metrics.authenticated.current == 0)
        #expect(server.service.metrics.current(.lag) == 1)
    }

    @Test func whoWaitsForAnswersIsOnlySlowed() async throws {
        let server = try await TestServer.start(logger: logger) { limits in
            limits.commandRate = TokenBucket.Rate(perSecond: 10, burst: 1)
            limits.floodTime = .zero
        }
        let client = try await Self.login(server)
        // Less than the server holds of a session: such a client may have read a book on pipelining.
        try await client.send((0..<20).map { "n\($0) NOOP" }.joined(separator: "\r\n"))
        for number in 0..<20 { #expect(try await client.line() == "n\(number) OK Done") }
        #expect(server.service.metrics.slowed.current > 0)
        #expect(try await client.command("a2", "LOGOUT").last?.hasPrefix("a2 OK") == true)
        try await server.stop()
        #expect(server.service.metrics.current(.flood) == 0)
    }

    @Test(arguments: ["NOOP", "NONSENSE"])
    func whoGoesOnIsCut(command: String) async throws {
        let server = try await TestServer.start(logger: logger) { limits in
            limits.commandRate = TokenBucket.Rate(perSecond: 500, burst: 10)
            limits.floodTime = .milliseconds(50)
            limits.pipelinedBytes = 4096
            limits.badCommands = .max
        }
        let client = try await Self.login(server)
        // Far more than the rate allows in the test's time.
        client.channel.writeAndFlush(
            ByteBuffer(string: String(repeating: "n \(command)\r\n", count: 500_000)), promise: nil)
        let lines = try await Self.end(of: client)
        #expect(lines.last == "* BYE [LIMIT] Too many commands")
        #expect(lines.count < 100_000)
        await cut("flood")
        try await server.stop()
        #expect(server.service.metrics.current(.flood) == 1)
        #expect(server.service.metrics.authenticated.current == 0)
    }

    @Test func invalidCommandsInARowEndASession() async throws {
        let server = try await TestServer.start(logger: logger) { $0.badCommands = 3 }
        let client = try await Self.login(server)
        // One that is valid begins the count anew.
        for tag in ["b1", "b2"] { _ = try await client.command(tag, "NONSENSE") }
        _ = try await client.command("a2", "NOOP")
        try await client.send("b3 FETCH\r\nb4 FETCH 1 FLAGS\r\nb5 NONSENSE")
        #expect(try await Self.end(of: client).last == "* BYE Too many invalid commands")
        await cut("invalid")
        try await server.stop()
        #expect(server.service.metrics.current(.invalid) == 1)
    }

    @Test func aSessionInIDLEIsToldThatTheServerIsThere() async throws {
        let server = try await TestServer.start(logger: logger) { $0.heartbeat = .milliseconds(20) }
        let client = try await Self.login(server)
        try await client.send("a2 IDLE")
        #expect(try await client.line()?.hasPrefix("+ ") == true)
        for _ in 0..<3 { #expect(try await client.line() == "* OK Still here") }
        try await client.send("DONE")
        #expect(try await client.lines(until: "a2").last == "a2 OK Done")
        _ = try await client.command("a3", "SELECT INBOX")
        try await client.send("a4 IDLE")
        #expect(try await client.line()?.hasPrefix("+ ") == true)
        #expect(try await client.line() == "* OK Still here")
        try await client.send("DONE")
        #expect(try await client.lines(until: "a4").last == "a4 OK Done")
        try await client.close()
        try await server.stop()
    }
}
