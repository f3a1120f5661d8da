import LightMailCore
import Logging
import NIOCore
import SMTPSyntax
import Testing

@testable import SMTPServer

@Suite struct DeliveryTests {
    /// What hostile and careless clients send: all of it has to come back as it was.
    static let messages: [[UInt8]] = [
        Array("Subject: plain\r\n\r\nHello\r\n".utf8),
        Array("\r\n".utf8),
        Array("no header at all\r\n".utf8),
        Array("Subject: blanks  \r\n\r\n\r\n\r\n  trailing \t \r\n\r\n".utf8),
        Array("Subject: dots\r\n\r\n.\r\n..\r\n.x\r\n".utf8),
        Array("Subject: bare\r\n\r\na\nb\rc\n.\nd\r.\re\r\r\n\n\r\n".utf8),
        Array("Subject: all\r\n\r\n".utf8) + (0...255).map(UInt8.init) + [0x0D, 0x0A],
        Array("Subject: long\r\n\r\n".utf8) + [UInt8](repeating: UInt8(ascii: "x"), count: 80_000) + [0x0D, 0x0A],
    ]

    @Test(.timeLimit(.minutes(1)), arguments: messages.indices)
    func keepsEveryByte(index: Int) async throws {
        let message = Self.messages[index]
        let domain = try await TestStore.shared.makeDomain()
        let server = try await TestServer.start(domain)
        let client = try await server.connect()
        try await client.begin(domain, recipients: "alice")
        try await client.send("DATA")
        try await client.expect("354 <>")
        try await client.send(dotStuffed(message) + Array(".\r\n".utf8))
        try await client.expect("250 2.0.0 <>")
        // The same bytes in chunks, to another.
        try await client.mail(domain, recipients: ["bob"])
        let half = message.count / 2
        try await client.send(Array("BDAT \(half)\r\n".utf8) + message[..<half])
        try await client.expect("250 2.0.0 <>")
        try await client.send(Array("BDAT \(message.count - half) LAST\r\n".utf8) + message[half...])
        try await client.expect("250 2.0.0 <>")
        try await client.close()

        for person in ["alice", "bob"] {
            let stored = try #require(try await domain.messages(person).first)
            #expect(Array(stored.suffix(message.count)) == message)
            let added = String(decoding: stored.dropLast(message.count), as: UTF8.self).split(separator: "\r\n")
            #expect(added.first == "Delivered-To: \(person)@\(domain.name)")
            #expect(added.dropFirst().first == "Return-Path: <sender@example.org>")
            let received = added.dropFirst(2).joined(separator: " ")
            #expect(received.hasPrefix("Received: from client.example.org \tby \(domain.host) with LMTP id "))
            #expect(received.hasSuffix(" +0000"))
        }
        await server.stop()
    }

    @Test(.timeLimit(.minutes(1))) func storesOneObjectForAllRecipients() async throws {
        let domain = try await TestStore.shared.makeDomain()
        let server = try await TestServer.start(domain)
        let client = try await server.connect()
        try await client.begin(domain, recipients: "alice", "bob")
        try await client.send("DATA", "Subject: one", "", ".")
        try await client.expect("354 <>")
        try await client.expect("250 2.0.0 <>")
        try await client.expect("250 2.0.0 <>")
        try await client.close()
        let alice = try await domain.details("alice").map(\.object.key)
        let bob = try await domain.details("bob").map(\.object.key)
        #expect(alice == bob)
        #expect(alice.count == 1)
        await server.stop()
    }

    /// Thirty megabytes while S3 takes nothing: the client is made to wait, and what the session holds stays bounded.
    @Test(.timeLimit(.minutes(3))) func holdsALargeMessageBackWhileTheStoreIsSlow() async throws {
        let domain = try await TestStore.shared.makeDomain()
        let proxy = try await StallableProxy.start(before: try TestStore.s3Port())
        let store = try await TestStore.shared.store(s3Port: proxy.port)
        let server = try await TestServer.start(domain, store: store) { $0.messageSize = 40_000_000 }
        let client = try await server.connect()
        try await client.begin(domain, recipients: "alice")
        try await client.send("DATA")
        try await client.expect("354 <>")

        let line = Array(String(repeating: "0123456789", count: 7).utf8) + [0x0D, 0x0A]
        let block = Array(repeatElement(line, count: 1_000).joined())
        let blocks = 30_000_000 / block.count
        let channel = client.channel
        let sending = Task {
            for _ in 0..<blocks { try await channel.writeAndFlush(ByteBuffer(bytes: block)).get() }
            try await channel.writeAndFlush(ByteBuffer(string: ".\r\n")).get()
        }
        let capacity = server.context.profile.limits.bufferedMessage
        // The upload has begun and stands still, and the message piles up behind it.
        try await eventually("the message fills its buffer") {
            proxy.connections > 0 && server.context.buffers.current >= capacity
        }
        proxy.open()
        try await sending.value
        try await client.expect("250 2.0.0 <>")
        try await client.close()

        // A buffer and what four reads bring once it is full, and as much again in the hands of the store.
        #expect(server.context.buffers.peak <= 2 * (capacity + 4 * 32_768))
        #expect(server.context.buffers.current == 0)
        let details = try #require(try await domain.details("alice").first)
        #expect(details.object.size > UInt64(blocks * block.count))
        #expect(try await domain.messages("alice").first?.suffix(block.count).elementsEqual(block) == true)
        await server.stop()
        await store.shutdown()
        try await proxy.stop()
    }

    /// RFC 5321 section 4.5.3.2.6's reason to commit before the reply: the reply may be lost, and the client comes again.
    @Test(.timeLimit(.minutes(1))) func aRetryAfterALostReplyLeavesOneCopy() async throws {
        let domain = try await TestStore.shared.makeDomain()
        let server = try await TestServer.start(domain)
        let first = try await server.connect()
        try await first.begin(domain, recipients: "alice")
        try await first.send("DATA", "Subject: once", "", ".")
        try await first.expect("354 <>")
        try await first.close()
        try await eventually("the message is committed") { server.metrics.delivered.current == 1 }

        let second = try await server.connect()
        try await second.begin(domain, recipients: "alice")
        try await second.send("DATA", "Subject: once", "", ".")
        try await second.expect("354 <>")
        try await second.expect("250 2.0.0 <>")
        try await second.close()
        #expect(try await domain.count("alice") == 1)
        await server.stop()
    }

    @Test(.timeLimit(.minutes(1))) func defersWhileTheDatabaseIsAway() async throws {
        let domain = try await TestStore.shared.makeDomain()
        let store = try TestStore.unreachable()
        let server = try await TestServer.start(domain, store: store)
        let client = try await server.connect()
        try await client.begin(domain)
        try await client.send("RCPT TO:<alice@\(domain.name)>", "DATA")
        try await client.expect("451 4.3.0 <>")
        try await client.expect("503 5.5.1 <>")
        try await client.close()
        await server.stop()
        await store.shutdown()
    }

    @Test(.timeLimit(.minutes(1))) func defersWhileS3IsAway() async throws {
        let domain = try await TestStore.shared.makeDomain()
        // Nothing listens on the discard port.
        let store = try await TestStore.shared.store(s3Port: 9)
        let server = try await TestServer.start(domain, store: store) { $0.messageSize = 20_000_000 }
        let client = try await server.connect()
        try await client.begin(domain, recipients: "alice", "bob")
        try await client.send("DATA", "Subject: small", "", ".")
        try await client.expect("354 <>")
        try await client.expect("451 4.3.0 <>")
        try await client.expect("451 4.3.0 <>")
        // A large one fails while it still arrives; the rest of it is swallowed.
        try await client.mail(domain, recipients: ["alice"])
        try await client.send("DATA")
        try await client.expect("354 <>")
        try await client.send([UInt8](repeating: UInt8(ascii: "x"), count: 19_000_000) + Array("\r\n.\r\n".utf8))
        try await client.expect("451 4.3.0 <>")
        try await client.send("NOOP")
        try await client.expect("250 <>")
        try await client.close()
        #expect(try await domain.count("alice") == 0)
        #expect(server.metrics.deferred.current == 3)
        await server.stop()
        await store.shutdown()
    }

    @Test(.timeLimit(.minutes(1))) func takesNoMoreThanTheRecipientsAllowed() async throws {
        let domain = try await TestStore.shared.makeDomain()
        let server = try await TestServer.start(domain) { $0.recipients = 1 }
        let client = try await server.connect()
        try await client.begin(domain, recipients: "alice")
        try await client.send("RCPT TO:<bob@\(domain.name)>")
        try await client.expect("452 4.5.3 <>")
        try await client.send("DATA", "Subject: one of two", "", ".")
        try await client.expect("354 <>")
        try await client.expect("250 2.0.0 <>")
        try await client.close()
        #expect(try await domain.count("bob") == 0)
        await server.stop()
    }

    /// RFC 5321 section 4.5.1.
    @Test(.timeLimit(.minutes(1))) func knowsThePostmasterOfThisHost() async throws {
        let domain = try await TestStore.shared.makeDomain()
        try await domain.store.accounts.addDomain(try DomainName(domain.host))
        try await domain.store.accounts.addAlias("postmaster@\(domain.host)", to: try domain.address("alice"))
        let server = try await TestServer.start(domain)
        let client = try await server.connect()
        try await client.begin(domain)
        try await client.send("RCPT TO:<POSTMASTER>")
        try await client.expect("250 2.1.5 <>")
        try await client.close()
        await server.stop()
    }

    /// Each outcome has a line with the names of the session and of the message, and nothing of the message itself.
    @Test(.timeLimit(.minutes(1))) func logsEachDeliveryWithoutTheBody() async throws {
        let domain = try await TestStore.shared.makeDomain()
        let lines = LogLines()
        let server = try await TestServer.start(domain, logger: lines.logger)
        let client = try await server.connect()
        try await client.begin(domain, recipients: "alice")
        try await client.send("RCPT TO:<nobody@\(domain.name)>")
        try await client.expect("550 <>")
        try await client.send("DATA", "Subject: secret", "", "secret", ".")
        try await client.expect("354 <>")
        try await client.expect("250 2.0.0 <>")
        try await client.close()
        await server.stop()

        let stored = try #require(try await domain.messages("alice").first)
        let text = String(decoding: stored, as: UTF8.self)
        let trace = try #require(text.split(separator: "with LMTP id ").dropFirst().first?.prefix { $0 != ";" })
        let delivered = try #require(lines.all.first { $0.contains("delivered") })
        for part in ["trace=\(trace)", "session=", "bytes=27", "from=<sender@example.org>", "reply=250"] {
            #expect(delivered.contains(part))
        }
        #expect(lines.all.contains { $0.contains("recipient refused") && $0.contains("trace=\(trace)") })
        #expect(!lines.all.contains { $0.contains("secret") })
    }

    private func dotStuffed(_ message: [UInt8]) -> [UInt8] {
        var stuffed: [UInt8] = []
        for (index, byte) in message.enumerated() {
            let isLineStart = index == 0 || Array(message[..<index].suffix(2)) == [0x0D, 0x0A]
            if byte == UInt8(ascii: "."), isLineStart { stuffed.append(byte) }
            stuffed.append(byte)
        }
        return stuffed
    }
}
