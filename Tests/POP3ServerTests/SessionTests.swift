// What transcripts cannot say: TLS, back-pressure, limits of time and number, the end of the daemon, failing stores.

import LightMailCore
import LightMailDaemon
import NIOCore
import NIOSSL
import Testing

@testable import POP3Server

@Suite struct SessionTests {
    @Test func whatFollowsSTLSInClearIsDropped() async throws {
        let server = try await TestServer.start(tls: try testTLS.get(), requiresTLS: true)
        let client = try await TestClient.connect(server.port)
        _ = try await client.line()
        let before = try await client.listing("CAPA")
        #expect(before.contains("STLS") && !before.contains("USER") && !before.contains { $0.hasPrefix("SASL") })
        #expect(try await client.command("USER somebody@example.test").hasPrefix("-ERR [AUTH]"))
        #expect(try await client.command("AUTH PLAIN AGEAYg==").hasPrefix("-ERR [AUTH]"))

        try await client.send(Array("STLS\r\nNOOP\r\nCAP".utf8))
        #expect(try await client.line()?.hasPrefix("+OK") == true)
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = .none
        let context = try NIOSSLContext(configuration: configuration)
        try await client.channel.eventLoop.submit { [channel = client.channel] in
            let handler = try NIOSSLClientHandler(context: context, serverHostname: nil)
            try channel.pipeline.syncOperations.addHandler(handler, position: .first)
        }.get()
        // The answer to NOOP would come first.
        let after = try await client.listing("CAPA")
        #expect(!after.contains("STLS") && after.contains("USER"))
        #expect(try await client.command("STLS").hasPrefix("-ERR"))
        let user = try await TestStore.shared.makeAccount()
        #expect(try await client.command("USER \(user)").hasPrefix("+OK"))
        #expect(try await client.command("PASS secret").hasPrefix("+OK"))
        try await client.close()
        try await server.stop()
    }

    @Test func UTF8ComesAfterSTLS() async throws {
        let server = try await TestServer.start(tls: try testTLS.get())
        let client = try await TestClient.connect(server.port)
        _ = try await client.line()
        #expect(try await client.command("UTF8").hasPrefix("+OK"))
        #expect(try await client.command("STLS") == "-ERR STLS comes before UTF8")
        try await client.close()
        try await server.stop()
    }

    @Test func aDeliveredMessageIsAsLongAsItsListingSays() async throws {
        let server = try await TestServer.start()
        let user = try await TestStore.shared.makeAccount()
        let store = try await TestStore.shared.store()
        let incoming = store.delivery.begin(prologue: Array("Return-Path: <>\r\n".utf8))
        try await incoming.write(Array("Subject: a\r\n\r\n.dot\r\n".utf8))
        let targets = try await store.accounts.resolve(recipient: user)
        for result in await store.delivery.deliver(try await incoming.finish(), to: targets) { _ = try result.get() }

        let client = try await TestClient.connect(server.port)
        try await client.logIn(user)
        let lines = try await client.listing("RETR 1")
        #expect(lines == ["Delivered-To: \(user)", "Return-Path: <>", "Subject: a", "", ".dot"])
        let size = lines.reduce(0) { $0 + $1.utf8.count + 2 }
        #expect(try await client.listing("LIST") == ["1 \(size)"])
        #expect(try await client.command("STAT") == "+OK 1 \(size)")
        try await client.close()
        try await server.stop()
    }

    @Test func aLargeMessageComesWholeToASlowReader() async throws {
        let server = try await TestServer.start()
        let user = try await TestStore.shared.makeAccount()
        let lines = (0..<150_000).map { "\($0.isMultiple(of: 7) ? "." : "")line \($0) of a large message" }
        let message = Array(("Subject: large\r\n\r\n" + lines.joined(separator: "\r\n") + "\r\n").utf8)
        try await TestStore.shared.put(message, into: user)
        let client = try await TestClient.connect(server.port)
        try await client.logIn(user)
        // The client stops reading for a while: the server has to wait, and the rest of the answers with it.
        try await client.channel.setOption(.autoRead, value: false).get()
        try await client.send("RETR 1\r\nTOP 1 3\r\nNOOP")
        try await client.channel.setOption(.autoRead, value: true).get()
        let whole = try await client.listing()
        #expect(whole.count == lines.count + 2)
        #expect(whole.dropFirst(2) == lines[...])
        #expect(try await client.listing() == ["Subject: large", ""] + lines.prefix(3))
        #expect(try await client.line() == "+OK")
        try await client.close()
        try await server.stop()
    }

    @Test func anAccountHasAsManySessionsAsItMay() async throws {
        let server = try await TestServer.start(maximumSessions: 1)
        let (user, other) = (
            try await TestStore.shared.makeAccount(), try await TestStore.shared.makeAccount()
        )
        let first = try await TestClient.connect(server.port)
        try await first.logIn(user)
        let second = try await TestClient.connect(server.port)
        _ = try await second.line()
        _ = try await second.command("USER \(user)")
        #expect(try await second.command("PASS secret") == "-ERR [SYS/TEMP] Too many sessions")
        _ = try await second.command("USER \(other)")
        #expect(try await second.command("PASS secret").hasPrefix("+OK"))
        try await first.close()
        try await second.close()
        try await server.stop()
    }

    @Test func aLongLineIsRefusedAndTheSessionGoesOn() async throws {
        let server = try await TestServer.start()
        let client = try await TestClient.connect(server.port)
        _ = try await client.line()
        #expect(try await client.command(String(repeating: "x", count: 100_000)) == "-ERR Line too long")
        #expect(try await client.command("AUTH PLAIN") == "+ ")
        #expect(try await client.command(String(repeating: "x", count: 100_000)) == "-ERR Line too long")
        #expect(try await client.command("NOOP") == "-ERR Log in first")
        try await client.close()
        try await server.stop()
    }

    @Test func aDrainLetsASessionComeToItsQUIT() async throws {
        let server = try await TestServer.start()
        let user = try await TestStore.shared.makeAccount()
        try await TestStore.shared.put(Array("Subject: a\r\n\r\n".utf8), into: user)
        let waiting = try await TestClient.connect(server.port)
        let working = try await TestClient.connect(server.port)
        _ = try await waiting.line()
        try await working.logIn(user)
        #expect(try await working.command("DELE 1").hasPrefix("+OK"))
        async let stopped: Void = server.stop()
        // Who has not logged in is sent away without a word.
        #expect(try await waiting.line() == nil)
        #expect(try await working.command("QUIT").hasPrefix("+OK"))
        #expect(try await working.line() == nil)
        try await stopped
        #expect(try await TestStore.shared.uids(of: user).isEmpty)
    }

    @Test func aSilentClientIsClosedWithoutAWord() async throws {
        let server = try await TestServer.start {
            $0.loginTime = .milliseconds(50)
        }
        let client = try await TestClient.connect(server.port)
        #expect(try await client.line()?.hasPrefix("+OK") == true)
        #expect(try await client.line() == nil)
        try await server.stop()
    }

    @Test func aClientThatHasSentAllStillGetsItsAnswers() async throws {
        let server = try await TestServer.start()
        let user = try await TestStore.shared.makeAccount()
        let client = try await TestClient.connect(server.port)
        _ = try await client.line()
        try await client.send("USER \(user)\r\nPASS secret\r\nSTAT")
        try await client.channel.close(mode: .output).get()
        #expect(try await client.line()?.hasPrefix("+OK") == true)
        #expect(try await client.line()?.hasPrefix("+OK") == true)
        #expect(try await client.line() == "+OK 0 0")
        #expect(try await client.line() == nil)
        try await server.stop()
    }

    @Test func aLoginDelayHoldsForAnAccount() async throws {
        let server = try await TestServer.start { $0.loginDelay = .seconds(900) }
        let user = try await TestStore.shared.makeAccount()
        let first = try await TestClient.connect(server.port)
        try await first.logIn(user)
        #expect(try await first.listing("CAPA").contains("LOGIN-DELAY 900"))
        let second = try await TestClient.connect(server.port)
        _ = try await second.line()
        _ = try await second.command("USER \(user)")
        #expect(try await second.command("PASS secret").hasPrefix("-ERR [LOGIN-DELAY]"))
        // Another account is not concerned, and a wrong password is told first.
        let other = try await TestStore.shared.makeAccount()
        _ = try await second.command("USER \(other)")
        #expect(try await second.command("PASS wrong").hasPrefix("-ERR [AUTH]"))
        _ = try await second.command("USER \(other)")
        #expect(try await second.command("PASS secret").hasPrefix("+OK"))
        try await first.close()
        try await second.close()
        try await server.stop()
    }

    @Test func withoutADatabaseTheAnswerIsTemporaryAndTheSessionGoesOn() async throws {
        let store = try TestStore.unreachable()
        let server = try await TestServer.start(store: store)
        let client = try await TestClient.connect(server.port)
        _ = try await client.line()
        for _ in 0..<2 {
            #expect(try await client.command("USER somebody@example.test").hasPrefix("+OK"))
            #expect(try await client.command("PASS secret").hasPrefix("-ERR [SYS/TEMP]"))
        }
        try await client.close()
        try await server.stop()
        await store.shutdown()
    }

    @Test func aStoppedAccountIsToldSoAfterItsPasswordAlone() async throws {
        let server = try await TestServer.start()
        let user = try await TestStore.shared.makeAccount()
        try await TestStore.shared.store().accounts.setActive(try EmailAddress(user), false)
        let client = try await TestClient.connect(server.port)
        _ = try await client.line()
        _ = try await client.command("USER \(user)")
        #expect(try await client.command("PASS wrong") == "-ERR [AUTH] Wrong user name or password")
        _ = try await client.command("USER \(user)")
        #expect(try await client.command("PASS secret") == "-ERR [AUTH] Account is not active")
        try await client.close()
        try await server.stop()
    }
}
