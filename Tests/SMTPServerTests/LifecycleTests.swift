import NIOCore
import Testing

@testable import SMTPServer

@Suite struct LifecycleTests {
    @Test(.timeLimit(.minutes(1))) func tellsAnIdleSessionOfAShutdown() async throws {
        let domain = try await TestStore.shared.makeDomain()
        let server = try await TestServer.start(domain)
        let client = try await server.connect()
        try await client.expect("220 <>")
        async let stopped: Void = server.stop()
        try await client.expect("421 4.3.2 <>")
        try await client.expectClosed()
        await stopped
    }

    @Test(.timeLimit(.minutes(1))) func finishesTheTransactionInFlight() async throws {
        let domain = try await TestStore.shared.makeDomain()
        let server = try await TestServer.start(domain)
        let client = try await server.connect()
        try await client.begin(domain, recipients: "alice")
        try await client.send("DATA", "Subject: in flight")
        try await client.expect("354 <>")
        async let stopped: Void = server.stop()
        try await eventually("the drain has begun") { server.sessions.isDraining }
        try await client.send("", ".", "NOOP")
        try await client.expect("250 2.0.0 <>")
        // What was pipelined after the transaction is not begun.
        try await client.expect("421 4.3.2 <>")
        try await client.expectClosed()
        await stopped
        #expect(try await domain.count("alice") == 1)
    }

    /// A client that pipelines without end and reads nothing is not read from either; once it reads, all is answered.
    @Test(.timeLimit(.minutes(2))) func waitsForAClientThatDoesNotRead() async throws {
        let domain = try await TestStore.shared.makeDomain()
        let server = try await TestServer.start(domain)
        let client = try await server.connect()
        try await client.expect("220 <>")
        try await client.channel.setOption(.autoRead, value: false).get()
        let count = 30_000
        let channel = client.channel
        let flood = ByteBuffer(string: String(repeating: "NOOP\r\n", count: count))
        let sending = Task { try await channel.writeAndFlush(flood).get() }
        try await client.channel.setOption(.autoRead, value: true).get()
        client.channel.read()
        for _ in 0..<count { try await client.expect("250 2.0.0 Still here") }
        try await sending.value
        try await client.close()
        await server.stop()
    }
}
