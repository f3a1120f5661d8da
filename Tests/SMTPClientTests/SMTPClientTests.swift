import NIOCore
import Synchronization
import Testing

@testable import SMTPClient

@Suite struct SMTPClientTests {
    private static let content = "Subject: test\r\n\r\nHello\r\n"

    private func client(
        _ port: Int, _ adjust: (inout SmarthostConfiguration) -> Void = { _ in }
    ) -> SMTPClient {
        var configuration = SmarthostConfiguration(host: "127.0.0.1", port: port, clientName: "client.example.org")
        adjust(&configuration)
        return SMTPClient(configuration)
    }

    private func message(
        from sender: String = "alice@example.com", to recipients: String..., content: String = content
    ) -> OutgoingMessage {
        OutgoingMessage(sender: sender, recipients: recipients, content: OutgoingContent(Array(content.utf8)))
    }

    private func start(_ answers: [String: ScriptedServer.Answer]) async throws -> ScriptedServer {
        try await ScriptedServer.start { event in
            switch event {
            case .greeting: answers["greeting"] ?? ScriptedServer.obliging(event)
            case .message: answers["message"] ?? ScriptedServer.obliging(event)
            case .command(let line):
                answers.first { line.hasPrefix($0.key) }?.value ?? ScriptedServer.obliging(event)
            }
        }
    }

    @Test(.timeLimit(.minutes(1))) func handsAMessageOver() async throws {
        let server = try await start([:])
        let outcomes = await client(server.port).send(message(to: "bob@example.net", "carol@example.net"))
        #expect(outcomes == [.accepted, .accepted])
        #expect(
            server.commands == [
                "EHLO client.example.org", "MAIL FROM:<alice@example.com> SIZE=\(Self.content.utf8.count)",
                "RCPT TO:<bob@example.net>", "RCPT TO:<carol@example.net>", "DATA",
            ])
        #expect(server.messages == [Array(Self.content.utf8)])
        try await server.stop()
    }

    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            ".\r\n", "..\r\n.\r\n", "a\r\n.b\r\n", "a\r\n..\r\n", "\r\n.\r\n\r\n",
            String(repeating: "0123456789\r\n.\r\n", count: 20_000),
        ])
    func stuffsDots(content: String) async throws {
        let server = try await start([:])
        #expect(await client(server.port).send(message(to: "bob@example.net", content: content)) == [.accepted])
        let sent = String(decoding: try #require(server.messages.first), as: UTF8.self)
        let lines = sent.split(separator: "\r\n", omittingEmptySubsequences: false)
        #expect(lines.map { $0.hasPrefix(".") ? $0.dropFirst() : $0 }.joined(separator: "\r\n") == content)
        #expect(lines.allSatisfy { $0 != "." })
        try await server.stop()
    }

    @Test(.timeLimit(.minutes(1))) func sendsTheNullPath() async throws {
        let server = try await start([:])
        #expect(await client(server.port).send(message(from: "", to: "bob@example.net")) == [.accepted])
        #expect(server.commands.contains { $0.hasPrefix("MAIL FROM:<>") })
        try await server.stop()
    }

    /// What the server says where, and what that means for bob and carol.
    static let replies: [(String, ScriptedServer.Answer, [SendOutcome])] = [
        (
            "RCPT TO:<bob", .reply(["550-5.1.1 No", "550 5.1.1 such user"]),
            [.permanent(ServerReply(code: 550, text: "5.1.1 No 5.1.1 such user")), .accepted]
        ),
        ("RCPT TO:<carol", .reply("451 4.2.0 Busy"), [.accepted, .temporary("451 4.2.0 Busy")]),
        (
            "RCPT", .reply("554 5.7.1 No relay"),
            Array(repeating: .permanent(ServerReply(code: 554, text: "5.7.1 No relay")), count: 2)
        ),
        (
            "MAIL", .reply("553 5.7.1 Not you"),
            Array(repeating: .permanent(ServerReply(code: 553, text: "5.7.1 Not you")), count: 2)
        ),
        ("MAIL", .reply("450 4.7.1 Later"), Array(repeating: .temporary("450 4.7.1 Later"), count: 2)),
        ("DATA", .reply("451 4.3.0 Disk"), Array(repeating: .temporary("451 4.3.0 Disk"), count: 2)),
        (
            "message", .reply("554 5.6.0 Spam"),
            Array(repeating: .permanent(ServerReply(code: 554, text: "5.6.0 Spam")), count: 2)
        ),
        ("message", .reply("452 4.3.1 Full"), Array(repeating: .temporary("452 4.3.1 Full"), count: 2)),
        ("greeting", .reply("554 5.3.2 Closed"), Array(repeating: .unreachable("554 5.3.2 Closed"), count: 2)),
    ]

    @Test(.timeLimit(.minutes(1)), arguments: replies)
    func tellsRefusalsApart(command: String, answer: ScriptedServer.Answer, outcomes: [SendOutcome]) async throws {
        let server = try await start([command: answer])
        #expect(
            await client(server.port).send(message(to: "bob@example.net", "carol@example.net")) == outcomes)
        try await server.stop()
    }

    @Test(.timeLimit(.minutes(1)), arguments: ["greeting", "EHLO", "MAIL", "RCPT", "DATA", "message"])
    func endsWhenTheServerLeaves(command: String) async throws {
        let server = try await start([command: .close])
        let outcome = await client(server.port).send(message(to: "bob@example.net")).first
        try expectNoVerdict(outcome, hasBegun: !["greeting", "EHLO"].contains(command))
        try await server.stop()
    }

    @Test(.timeLimit(.minutes(1)), arguments: ["greeting", "EHLO", "MAIL", "RCPT", "DATA", "message"])
    func endsWhenTheServerIsSilent(command: String) async throws {
        let server = try await start([command: .silence])
        let client = client(server.port) { configuration in
            configuration.timeouts = SMTPTimeouts(connect: .seconds(10), reply: .seconds(1), total: .seconds(5))
        }
        let outcome = await client.send(message(to: "bob@example.net")).first
        try expectNoVerdict(outcome, hasBegun: !["greeting", "EHLO"].contains(command))
        try await server.stop()
    }

    /// Neither the author nor the recipient is to blame: the message may be sent again.
    private func expectNoVerdict(_ outcome: SendOutcome?, hasBegun: Bool) throws {
        switch try #require(outcome) {
        case .temporary: #expect(hasBegun)
        case .unreachable: #expect(!hasBegun)
        case .accepted, .permanent, .withheld: Issue.record("\(String(describing: outcome))")
        }
    }

    @Test(.timeLimit(.minutes(1))) func cannotReachWhoIsNotThere() async throws {
        let server = try await start([:])
        let port = server.port
        try await server.stop()
        guard case .unreachable = await client(port).send(message(to: "bob@example.net")).first else {
            Issue.record("expected no connection")
            return
        }
    }

    @Test(.timeLimit(.minutes(1))) func endsWhenItsTaskIsCancelled() async throws {
        let server = try await start(["message": .silence])
        let client = client(server.port)
        let message = message(to: "bob@example.net")
        let sending = Task { await client.send(message) }
        while server.messages.isEmpty { await Task.yield() }
        sending.cancel()
        #expect(await sending.value == [.temporary("cancelled")])
        try await server.stop()
    }

    /// Asked between the last RCPT and the message, and obeyed.
    @Test(.timeLimit(.minutes(1)), arguments: [true, false])
    func asksBeforeItSends(goesOn: Bool) async throws {
        let server = try await start(["RCPT TO:<bob": .reply("550 5.1.1 Nobody")])
        let refused = SendOutcome.permanent(ServerReply(code: 550, text: "5.1.1 Nobody"))
        let asked = Mutex<[[SendOutcome]]>([])
        let outcomes = await client(server.port).send(message(to: "bob@example.net", "carol@example.net")) { known in
            asked.withLock { $0.append(known) }
            return goesOn
        }
        #expect(asked.withLock { $0 } == [[refused, .accepted]])
        #expect(outcomes == [refused, goesOn ? .accepted : .withheld])
        #expect(server.messages.count == (goesOn ? 1 : 0))
        try await server.stop()
    }

    @Test(.timeLimit(.minutes(1))) func isNotAskedWhenNobodyIsLeft() async throws {
        let server = try await start(["RCPT": .reply("550 5.1.1 Nobody")])
        let outcomes = await client(server.port).send(message(to: "bob@example.net")) { _ in
            Issue.record("asked")
            return true
        }
        #expect(outcomes == [.permanent(ServerReply(code: 550, text: "5.1.1 Nobody"))])
        try await server.stop()
    }

    @Test(.timeLimit(.minutes(1)), arguments: [SmarthostMechanism.plain, .login])
    func authenticates(mechanism: SmarthostMechanism) async throws {
        let server = try await ScriptedServer.start { event in
            guard case .command(let line) = event else { return ScriptedServer.obliging(event) }
            switch line {
            case "AUTH PLAIN": return .reply("334 ")
            case "AUTH LOGIN": return .reply("334 VXNlcm5hbWU6")
            case "dXNlcg==": return .reply("334 UGFzc3dvcmQ6")
            case "AHVzZXIAc2VjcmV0", "c2VjcmV0": return .reply("235 2.7.0 Welcome")
            default: return ScriptedServer.obliging(event, extensions: ["AUTH PLAIN LOGIN"])
            }
        }
        let client = client(server.port) { configuration in
            configuration.mechanism = mechanism
            configuration.username = "user"
            configuration.password = "secret"
        }
        #expect(await client.send(message(to: "bob@example.net")) == [.accepted])
        #expect(server.commands.contains("AUTH \(mechanism.rawValue)"))
        try await server.stop()
    }

    /// A wrong password is the operator's: no message bounces for it.
    @Test(.timeLimit(.minutes(1))) func doesNotBlameTheMessageForThePassword() async throws {
        let server = try await ScriptedServer.start { event in
            guard case .command(let line) = event else { return ScriptedServer.obliging(event) }
            switch line {
            case "AUTH PLAIN": return .reply("334 ")
            case "AHVzZXIAc2VjcmV0": return .reply("535 5.7.8 Wrong")
            default: return ScriptedServer.obliging(event, extensions: ["AUTH PLAIN"])
            }
        }
        let client = client(server.port) { configuration in
            configuration.username = "user"
            configuration.password = "secret"
        }
        #expect(await client.send(message(to: "bob@example.net")) == [.unreachable("535 5.7.8 Wrong")])
        try await server.stop()
    }

    /// STARTTLS that is not offered: refused when it is required, done without when it is not.
    @Test(.timeLimit(.minutes(1)), arguments: [true, false]) func knowsWhetherTLSIsRequired(isRequired: Bool)
        async throws
    {
        let server = try await start([:])
        let client = client(server.port) { $0.encryption = .startTLS(isRequired: isRequired) }
        let outcome = await client.send(message(to: "bob@example.net")).first
        if case .unreachable = outcome { #expect(isRequired) } else { #expect(outcome == .accepted && !isRequired) }
        #expect(server.messages.count == (isRequired ? 0 : 1))
        try await server.stop()
    }

    /// A port that does not speak TLS, and the port to go on at.
    @Test(.timeLimit(.minutes(1))) func fallsBackFromImplicitTLS() async throws {
        let server = try await start([:])
        let strict = client(server.port) { configuration in
            configuration.encryption = .implicit(fallbackPort: nil)
            configuration.timeouts.connect = .seconds(2)
        }
        guard case .unreachable = await strict.send(message(to: "bob@example.net")).first else {
            Issue.record("expected no TLS")
            return
        }
        let lax = client(server.port) { configuration in
            configuration.encryption = .implicit(fallbackPort: server.port)
            configuration.timeouts.connect = .seconds(2)
        }
        #expect(await lax.send(message(to: "bob@example.net")) == [.accepted])
        try await server.stop()
    }

    @Test(arguments: ["a@b\r\nRCPT TO:<c@d>", "a@b>", "<a@b", "a\0@b"])
    func refusesAnAddressThatIsNone(address: String) async throws {
        let outcome = await client(1).send(message(to: address)).first
        guard case .permanent = outcome else {
            Issue.record("\(String(describing: outcome))")
            return
        }
    }

    /// The server asks for nobody's patience while others are slow: one conversation does not wait for another.
    @Test(.timeLimit(.minutes(1))) func doesNotWaitForAnothersReply() async throws {
        let server = try await ScriptedServer.start { event in
            if case .message(let bytes) = event, bytes.starts(with: "Subject: slow".utf8) { return .silence }
            return ScriptedServer.obliging(event)
        }
        let client = client(server.port)
        let slow = message(to: "bob@example.net", content: "Subject: slow\r\n\r\n")
        let waiting = Task { await client.send(slow) }
        while server.messages.isEmpty { await Task.yield() }
        for _ in 0..<3 { #expect(await client.send(message(to: "bob@example.net")) == [.accepted]) }
        waiting.cancel()
        _ = await waiting.value
        try await server.stop()
    }

    @Test func neverShowsThePassword() {
        var configuration = SmarthostConfiguration(host: "h", port: 25, clientName: "c")
        configuration.password = "hunter2"
        #expect(!"\(configuration)".contains("hunter2"))
        var dumped = ""
        dump(configuration, to: &dumped)
        #expect(!dumped.contains("hunter2"))
    }
}
