// What a submission leaves behind, and what becomes of it when a part of the world is away.

import Foundation
import LightMailCore
import NIOCore
import SMTPClient
import SMTPSyntax
import Testing

@testable import SMTPServer

@Suite struct SubmissionTests {
    /// A submission server whose clients need no TLS.
    private func start(_ domain: TestDomain, store: Store? = nil, smarthost: SMTPClient?) async throws -> TestServer {
        var profile = Profile.submission(TestServer.limits)
        profile.authentication = AuthenticationPolicy(isOffered: true, isRequired: true, requiresTLS: false)
        return try await TestServer.start(domain, store: store, profile: profile, smarthost: smarthost)
    }

    /// Logs in as alice and sends a message; returns the lines of the reply to it.
    private func submit(
        _ server: TestServer, _ domain: TestDomain, to recipients: [String], _ message: String
    ) async throws -> [String] {
        let client = try await server.connect()
        try await client.expect("220 <>")
        try await client.send("EHLO client.example.org")
        _ = try await client.replyLines()
        let credentials = Array("\0alice@\(domain.name)\0secret".utf8)
        try await client.send("AUTH PLAIN \(encode(credentials))", "MAIL FROM:<alice@\(domain.name)>")
        try await client.expect("235 <>")
        try await client.expect("250 2.1.0 <>")
        for recipient in recipients {
            try await client.send("RCPT TO:<\(recipient)>")
            try await client.expect("250 2.1.5 <>")
        }
        try await client.send("DATA")
        try await client.expect("354 <>")
        try await client.send(Array("\(message)\r\n.\r\n".utf8))
        let reply = try await client.replyLines()
        try await client.close()
        return reply
    }

    private func encode(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

    @Test(.timeLimit(.minutes(1))) func addsWhatIsMissingAndNothingElse() async throws {
        let domain = try await TestStore.shared.makeDomain()
        let smarthost = try await Smarthost.start()
        let server = try await start(domain, smarthost: smarthost.client)
        let sent = "Subject: bare\r\nFrom: alice@\(domain.name)\r\n\r\nHello"
        let everybody = ["bob@\(domain.name)", "bob@\(smarthost.domain.name)"]
        #expect(try await submit(server, domain, to: everybody, sent).first?.hasPrefix("250 ") == true)
        for site in [domain, smarthost.domain] {
            let message = String(decoding: try #require(try await site.messages("bob").first), as: UTF8.self)
            #expect(message.hasSuffix("\r\n\(sent)\r\n"))
            #expect(message.components(separatedBy: "\r\nDate: ").count == 2)
            #expect(message.components(separatedBy: "\r\nMessage-ID: <").count == 2)
            #expect(message.components(separatedBy: "Return-Path: <alice@\(domain.name)>\r\n").count == 2)
            #expect(message.contains("with ESMTPA id "))
        }
        let complete = "Date: Tue, 24 Nov 2026 20:30:06 +0000\r\nMessage-ID: <1@x>\r\nBcc: you@example.org\r\n\(sent)"
        #expect(try await submit(server, domain, to: everybody, complete).first?.hasPrefix("250 ") == true)
        let message = String(decoding: try #require(try await smarthost.domain.messages("bob").last), as: UTF8.self)
        #expect(message.components(separatedBy: "\r\nDate: ").count == 2)
        #expect(message.components(separatedBy: "\r\nMessage-ID: <").count == 2)
        #expect(message.hasSuffix("\r\n\(complete)\r\n"))
        await server.stop()
        await smarthost.stop()
    }

    @Test(.timeLimit(.minutes(1))) func anAccountHasAsManySessionsAsItMay() async throws {
        let domain = try await TestStore.shared.makeDomain()
        var profile = Profile.submission(TestServer.limits)
        profile.authentication = AuthenticationPolicy(isOffered: true, isRequired: true, requiresTLS: false)
        let server = try await TestServer.start(domain, profile: profile, maximumSessions: 1)
        let command = "AUTH PLAIN \(encode(Array("\0alice@\(domain.name)\0secret".utf8)))"
        var clients: [TestClient] = []
        for answer in ["235 <>", "421 4.7.0 <>"] {
            let client = try await server.connect()
            try await client.expect("220 <>")
            try await client.send("EHLO client.example.org")
            _ = try await client.replyLines()
            try await client.send(command)
            try await client.expect(answer)
            clients.append(client)
        }
        for client in clients { try await client.close() }
        await server.stop()
    }

    /// More than memory holds of a message: it goes through the spool, and arrives whole.
    @Test(.timeLimit(.minutes(1))) func relaysALargeMessage() async throws {
        let domain = try await TestStore.shared.makeDomain()
        let smarthost = try await Smarthost.start()
        let server = try await start(domain, smarthost: smarthost.client)
        let lines = (0..<9_000).map { ".\($0)" }.joined(separator: "\r\n.")
        let sent = "From: alice@\(domain.name)\r\n\r\nA\(lines)"
        let stuffed = sent.replacing("\r\n.", with: "\r\n..")
        let reply = try await submit(server, domain, to: ["bob@\(smarthost.domain.name)"], stuffed)
        #expect(reply.first?.hasPrefix("250 ") == true)
        let message = String(decoding: try #require(try await smarthost.domain.messages("bob").first), as: UTF8.self)
        #expect(message.hasSuffix("\r\n\(sent)\r\n"))
        await server.stop()
        await smarthost.stop()
    }

    @Test(.timeLimit(.minutes(1))) func keepsEverythingBackWhileTheSmarthostIsAway() async throws {
        let domain = try await TestStore.shared.makeDomain()
        let smarthost = try await Smarthost.start()
        let away = smarthost.client
        await smarthost.stop()
        let server = try await start(domain, smarthost: away)
        let sent = "From: alice@\(domain.name)\r\n\r\nHello"
        let everybody = ["bob@\(domain.name)", "bob@\(smarthost.domain.name)"]
        #expect(try await submit(server, domain, to: everybody, sent).first?.hasPrefix("451 4.4.1 ") == true)
        #expect(try await domain.count("bob") == 0)
        // Those who are here need no smarthost.
        #expect(try await submit(server, domain, to: ["bob@\(domain.name)"], sent).first?.hasPrefix("250 ") == true)
        #expect(try await domain.count("bob") == 1)
        await server.stop()
    }

    /// Where no smarthost is set up, nothing is taken for elsewhere.
    @Test(.timeLimit(.minutes(1))) func relaysNothingWithoutASmarthost() async throws {
        let domain = try await TestStore.shared.makeDomain()
        let server = try await start(domain, smarthost: nil)
        let client = try await server.connect()
        try await client.expect("220 <>")
        try await client.send("EHLO client.example.org")
        _ = try await client.replyLines()
        try await client.send("AUTH PLAIN \(encode(Array("\0alice@\(domain.name)\0secret".utf8)))")
        try await client.expect("235 <>")
        try await client.send("MAIL FROM:<alice@\(domain.name)>", "RCPT TO:<bob@elsewhere.test>")
        try await client.expect("250 2.1.0 <>")
        try await client.expect("550 5.7.1 Relaying denied")
        try await client.close()
        await server.stop()
    }
}

@Suite struct SubmissionReplyTests {
    private let accepted = Reply(250, EnhancedStatusCode(2, 0, 0), "Taken")

    private func code(_ outcomes: [SendOutcome], here: Reply? = nil, isDelivered: Bool = false) -> UInt16 {
        let named = outcomes.enumerated().map { (recipient: "r\($0)@example.net", outcome: $1) }
        return SubmissionReplies.reply(named, here: here, isDelivered: isDelivered, accepted: accepted).code
    }

    @Test func saysWhatIsSafe() {
        let refused = SendOutcome.permanent(ServerReply(code: 550, text: "5.1.1 No"))
        #expect(code([.accepted, .accepted]) == 250)
        #expect(code([.accepted, refused]) == 550)
        #expect(code([.withheld, refused]) == 550)
        #expect(code([.withheld, .temporary("450 Later")]) == 451)
        #expect(code([.temporary("450 Later"), refused]) == 550)
        #expect(code([.unreachable("gone"), .unreachable("gone")]) == 451)
        #expect(code([.withheld], here: ErrorReplies.tooLarge) == 552)
        #expect(code([.temporary("lost")], isDelivered: true) == 451)
    }

    /// A reply is bounded whatever the number of recipients, and holds no line that the smarthost made up.
    @Test func isBounded() {
        let refused = SendOutcome.permanent(ServerReply(code: 550, text: "5.1.1 No\r\n250 2.0.0 Yes"))
        let many = (0..<250).map { (recipient: "r\($0)@example.net", outcome: refused) }
        let reply = SubmissionReplies.reply(many, here: nil, isDelivered: false, accepted: accepted)
        #expect(reply.lines.count == 22)
        #expect(reply.lines.last == "and 230 more")
        let lines = String(decoding: reply.encoded, as: UTF8.self).components(separatedBy: "\r\n").dropLast()
        #expect(lines.count == 22 && lines.allSatisfy { $0.hasPrefix("550") && $0.utf8.count <= 510 })
    }
}
