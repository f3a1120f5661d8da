import LightMailCore
import NIOCore
import Testing

@testable import SMTPServer

/// A client may vanish at any moment: nothing half received is delivered, and nothing of it is kept.
@Suite struct DisconnectTests {
    /// What the client has sent after LHLO and the envelope when it vanishes, and whether a message had begun.
    static let stages: [(name: String, bytes: [UInt8], hasBegun: Bool)] = [
        ("after the envelope", [], false),
        ("inside a command", Array("DAT".utf8), false),
        ("after DATA", Array("DATA\r\n".utf8), true),
        ("inside the header", Array("DATA\r\nSubject: ha".utf8), true),
        ("before the dot", Array("DATA\r\nSubject: half\r\n\r\n".utf8), true),
        ("after the dot", Array("DATA\r\nSubject: half\r\n\r\n.".utf8), true),
        ("before the last byte", Array("DATA\r\nSubject: half\r\n\r\n.\r".utf8), true),
        ("after BDAT", Array("BDAT 10\r\n".utf8), true),
        ("inside a chunk", Array("BDAT 10\r\nabc".utf8), true),
        ("between chunks", Array("BDAT 3\r\nabc".utf8), true),
        ("inside the last chunk", Array("BDAT 10 LAST\r\nabc".utf8), true),
        (
            "inside a large message",
            Array("DATA\r\n".utf8) + [UInt8](repeating: UInt8(ascii: "x"), count: 20_000_000), true
        ),
    ]

    @Test(.timeLimit(.minutes(2)), arguments: stages.indices, [false, true])
    func deliversNothing(index: Int, halfClose: Bool) async throws {
        let stage = Self.stages[index]
        let domain = try await TestStore.shared.makeDomain()
        let server = try await TestServer.start(domain) { $0.messageSize = 40_000_000 }
        let client = try await server.connect()
        try await client.begin(domain, recipients: "alice", "bob")
        if !stage.bytes.isEmpty { try await client.send(stage.bytes) }
        if halfClose {
            try await client.channel.close(mode: .output).get()
            while let line = try await client.line() {
                #expect(line.hasPrefix("354 ") || line.hasPrefix("250 2.0.0 Chunk"), "\(stage.name)")
            }
        } else {
            try await client.close()
        }
        try await eventually("the session ends \(stage.name)") { server.sessions.count == 0 }
        // Nothing may come after a half-closed connection's end, so whether the message had begun is known now; after
        // an abrupt end the last bytes may not have been read.
        if stage.hasBegun, halfClose {
            try await eventually("the message is given up \(stage.name)") { server.metrics.abandoned.current == 1 }
        }
        try await eventually("the memory is free \(stage.name)") { server.context.buffers.current == 0 }
        #expect(try await domain.count("alice") == 0)
        #expect(try await domain.count("bob") == 0)
        #expect(server.metrics.messages.current == 0)
        await server.stop()
    }

    @Test(.timeLimit(.minutes(1))) func survivesAClientThatSaysNothing() async throws {
        let domain = try await TestStore.shared.makeDomain()
        let server = try await TestServer.start(domain)
        try await server.connect().close()
        let client = try await server.connect()
        try await client.expect("220 <>")
        try await client.close()
        try await eventually("the sessions end") { server.sessions.count == 0 }
        await server.stop()
    }
}
