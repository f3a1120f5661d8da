// No credential and no content of a message reaches the log, at any level.

import Logging
import Synchronization
import Testing

@testable import IMAPServer

private final class Lines: Sendable {
    private let lines = Mutex<[String]>([])
    func add(_ line: String) { lines.withLock { $0.append(line) } }
    var all: [String] { lines.withLock { $0 } }
}

private struct CapturingHandler: LogHandler {
    let lines: Lines
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        lines.add("\(event.message) \(metadata) \(event.metadata ?? [:])")
    }
}

@Suite struct SecrecyTests {
    @Test func nothingSecretIsLogged() async throws {
        let lines = Lines()
        let logger = Logger(label: "test") { _ in CapturingHandler(lines: lines) }
        let server = try await TestServer.start(logger: logger)
        let user = try await TestStore.shared.makeAccount()
        let client = try await TestClient.connect(server.port)
        _ = try await client.line()
        _ = try await client.command("a1", "LOGIN \(user) hunter2-wrong")
        // The same in base64: "\0u\0hunter2-wrong".
        _ = try await client.command("a2", "AUTHENTICATE PLAIN AHUAaHVudGVyMi13cm9uZw==")
        _ = try await client.command("a3", "LOGIN \(user) \"hunter2-unterminated")
        _ = try await client.command("a4", "LOGIN \(user) secret")
        try await client.send("a5 APPEND INBOX {31+}\r\nSubject: tango\r\n\r\nbody: foxtrot")
        _ = try await client.lines(until: "a5")
        _ = try await client.command("a6", "SELECT INBOX")
        _ = try await client.command("a7", "FETCH 1 BODY[]")
        _ = try await client.command("a8", "LOGOUT")
        #expect(try await client.line() == nil)
        try await server.stop()
        #expect(lines.all.contains { $0.contains("logged in") })
        for line in lines.all {
            for secret in ["hunter2", "AHUAaHVudGVyMi13cm9uZw", " secret", "tango", "foxtrot"] {
                #expect(!line.contains(secret))
            }
        }
    }
}
