// No credential and no content of a message reaches the log, at any level.

import Logging
import Synchronization
import Testing

@testable import POP3Server

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
        try await TestStore.shared.put(Array("Subject: tango\r\n\r\nfoxtrot\r\n".utf8), into: user)
        let client = try await TestClient.connect(server.port)
        _ = try await client.line()
        _ = try await client.command("USER \(user)")
        _ = try await client.command("PASS hunter2-wrong")
        // The same in base64: "\0u\0hunter2-wrong".
        _ = try await client.command("AUTH PLAIN AHUAaHVudGVyMi13cm9uZw==")
        _ = try await client.command("PASS hunter2\u{1}control")
        _ = try await client.command("USER \(user)")
        _ = try await client.command("PASS secret")
        #expect(try await client.listing("RETR 1").count == 3)
        _ = try await client.command("QUIT")
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
