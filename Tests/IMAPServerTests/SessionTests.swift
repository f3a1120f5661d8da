// What transcripts cannot say: TLS, back-pressure, limits of time and number, the end of the daemon.

import Foundation
import LightMailDaemon
import NIOCore
import NIOSSL
import Testing

@testable import IMAPServer

@Suite struct SessionTests {
    /// A certificate of this test, made by openssl.
    private static func makeTLS() throws -> TLSProvider {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let certificate = folder.appendingPathComponent("cert.pem").path
        let key = folder.appendingPathComponent("key.pem").path
        let openssl = Process()
        openssl.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        openssl.arguments = [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj", "/CN=localhost", "-keyout", key, "-out", certificate,
        ]
        openssl.standardError = FileHandle.nullDevice
        try openssl.run()
        openssl.waitUntilExit()
        return try TLSProvider(certificate: certificate, key: key)
    }

    @Test func whatFollowsSTARTTLSInClearIsDropped() async throws {
        let server = try await TestServer.start(tls: try Self.makeTLS(), requiresTLS: true)
        let client = try await TestClient.connect(server.port)
        let greeting = try #require(try await client.line())
        #expect(greeting.contains(" STARTTLS LOGINDISABLED]"))
        let refused = try await client.command("a0", "LOGIN somebody@example.test secret")
        #expect(refused.last?.hasPrefix("a0 NO [PRIVACYREQUIRED]") == true)

        try await client.send(Array("a1 STARTTLS\r\na2 CAPABILITY\r\n".utf8))
        #expect(try await client.line()?.hasPrefix("a1 OK") == true)
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = .none
        let context = try NIOSSLContext(configuration: configuration)
        try await client.channel.eventLoop.submit { [channel = client.channel] in
            let handler = try NIOSSLClientHandler(context: context, serverHostname: nil)
            try channel.pipeline.syncOperations.addHandler(handler, position: .first)
        }.get()
        // The answer to a2 would come first.
        let answer = try await client.command("a3", "CAPABILITY")
        #expect(answer.count == 2)
        #expect(answer.first?.contains("STARTTLS") == false)
        #expect(answer.first?.contains("AUTH=PLAIN") == true)
        try await client.close()
        try await server.stop()
    }

    @Test func aLargeMessageComesBackAsItWasSentToASlowReader() async throws {
        let server = try await TestServer.start()
        let user = try await TestStore.shared.makeAccount()
        let client = try await TestClient.connect(server.port)
        _ = try await client.line()
        _ = try await client.command("a1", "LOGIN \(user) secret")
        let lines = (0..<150_000).map { "line \($0) of a message that is larger than every buffer" }
        let message = "Subject: large\r\n\r\n" + lines.joined(separator: "\r\n")
        try await client.send("a2 APPEND INBOX {\(message.utf8.count)}")
        #expect(try await client.line() == "+ OK")
        try await client.send(message)
        #expect(try await client.lines(until: "a2").last?.hasPrefix("a2 OK [APPENDUID") == true)
        _ = try await client.command("a3", "SELECT INBOX")

        // The client stops reading for a while: the server has to wait, and the rest of the answers with it.
        try await client.channel.setOption(.autoRead, value: false).get()
        try await client.send("a4 FETCH 1 BODY.PEEK[]\r\na5 NOOP")
        try await client.channel.setOption(.autoRead, value: true).get()
        let answer = try await client.lines(until: "a4")
        #expect(answer.first == "* 1 FETCH (BODY[] {\(message.utf8.count)}")
        #expect(answer.dropFirst(3).dropLast(2) == lines.dropLast()[...])
        #expect(answer.suffix(2).first == "\(lines.last ?? ""))")
        #expect(try await client.line()?.hasPrefix("a5 OK") == true)
        try await client.close()
        try await server.stop()
    }

    @Test func aDrainEndsIdleSessionsWithBYE() async throws {
        let server = try await TestServer.start()
        let user = try await TestStore.shared.makeAccount()
        let waiting = try await TestClient.connect(server.port)
        let idle = try await TestClient.connect(server.port)
        _ = try await waiting.line()
        _ = try await idle.line()
        _ = try await idle.command("a1", "LOGIN \(user) secret")
        try await idle.send("a2 IDLE")
        #expect(try await idle.line()?.hasPrefix("+ ") == true)
        try await server.stop()
        for client in [waiting, idle] {
            #expect(try await client.line()?.hasPrefix("* BYE") == true)
            #expect(try await client.line() == nil)
        }
    }

    @Test func commandsBeforeLoginAreLimited() async throws {
        let server = try await TestServer.start { $0.commandsBeforeLogin = 3 }
        let client = try await TestClient.connect(server.port)
        _ = try await client.line()
        for number in 1...3 { _ = try await client.command("a\(number)", "NOOP") }
        try await client.send("a4 NOOP")
        #expect(try await client.line()?.hasPrefix("* BYE") == true)
        #expect(try await client.line() == nil)
        try await server.stop()
    }

    @Test func aSilentClientIsSentAway() async throws {
        let server = try await TestServer.start { $0.loginTime = .milliseconds(50) }
        let client = try await TestClient.connect(server.port)
        _ = try await client.line()
        #expect(try await client.line()?.hasPrefix("* BYE") == true)
        #expect(try await client.line() == nil)
        try await server.stop()
    }

    @Test func aClientThatTalksAndDoesNotLogInIsSentAwayToo() async throws {
        let server = try await TestServer.start { $0.loginTime = .milliseconds(200) }
        let client = try await TestClient.connect(server.port)
        _ = try await client.line()
        var answer: String? = ""
        while let line = answer, !line.hasPrefix("* BYE") {
            try? await client.send("a NOOP")
            answer = try await client.line()
        }
        #expect(answer?.hasPrefix("* BYE") == true)
        try await server.stop()
    }

    @Test func anAccountHasAsManySessionsAsItMay() async throws {
        let server = try await TestServer.start(maximumSessions: 2)
        let user = try await TestStore.shared.makeAccount()
        func login(_ client: TestClient) async throws -> String {
            try await client.command("a1", "LOGIN \(user) secret").last ?? ""
        }
        var clients: [TestClient] = []
        for _ in 0..<3 {
            clients.append(try await TestClient.connect(server.port))
            _ = try await clients.last?.line()
        }
        #expect(try await login(clients[0]).hasPrefix("a1 OK"))
        #expect(try await login(clients[1]).hasPrefix("a1 OK"))
        #expect(try await login(clients[2]).hasPrefix("a1 NO [LIMIT]"))
        let other = try await TestStore.shared.makeAccount()
        #expect(try await clients[2].command("a2", "LOGIN \(other) secret").last?.hasPrefix("a2 OK") == true)
        _ = try await clients[0].command("a3", "LOGOUT")
        #expect(try await clients[0].line() == nil)
        // The place is free once the server has taken leave of the session, which it does when it likes.
        var answer = "a1 NO [LIMIT]"
        while answer.hasPrefix("a1 NO [LIMIT]") {
            let client = try await TestClient.connect(server.port)
            _ = try await client.line()
            answer = try await login(client)
            try await client.close()
        }
        #expect(answer.hasPrefix("a1 OK"))
        for client in clients[1...] { try await client.close() }
        try await server.stop()
    }

    @Test func aClientThatHasSentAllStillGetsItsAnswers() async throws {
        let server = try await TestServer.start()
        let user = try await TestStore.shared.makeAccount()
        let client = try await TestClient.connect(server.port)
        _ = try await client.line()
        try await client.send("a1 LOGIN \(user) secret\r\na2 SELECT INBOX\r\na3 NOOP")
        try await client.channel.close(mode: .output).get()
        #expect(try await client.lines(until: "a3").last?.hasPrefix("a3 OK") == true)
        #expect(try await client.line() == nil)
        try await server.stop()
    }

    @Test func withoutADatabaseTheAnswerIsUnavailableAndTheSessionGoesOn() async throws {
        let store = try TestStore.unreachable()
        let server = try await TestServer.start(store: store)
        let client = try await TestClient.connect(server.port)
        _ = try await client.line()
        let answer = try await client.command("a1", "LOGIN somebody@example.test secret")
        #expect(answer.last?.hasPrefix("a1 NO [UNAVAILABLE]") == true)
        #expect(try await client.command("a2", "NOOP").last?.hasPrefix("a2 OK") == true)
        try await client.close()
        try await server.stop()
        await store.shutdown()
    }
}
