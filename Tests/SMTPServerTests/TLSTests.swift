// TLS, as a client meets it.

import Foundation
import LightMailDaemon
import NIOCore
import NIOSSL
import Testing

@testable import SMTPServer

@Suite struct TLSTests {
    @Test(.timeLimit(.minutes(1))) func whatFollowsSTARTTLSInClearIsDropped() async throws {
        let domain = try await TestStore.shared.makeDomain()
        var profile = Profile.inbound(TestServer.limits)
        profile.tls = try TestCertificate.make()
        let server = try await TestServer.start(domain, profile: profile)
        let client = try await server.connect()
        try await client.expect("220 <>")
        try await client.send("EHLO client.example.org")
        #expect(try await client.replyLines().contains("250-STARTTLS"))
        try await client.send(
            "MAIL FROM:<early@example.org>", "STARTTLS", "MAIL FROM:<injected@example.org>", "NOOP")
        try await client.expect("250 2.1.0 <>")
        try await client.expect("220 2.0.0 <>")
        try await client.beginTLS()
        // Neither the transaction nor the name from before counts, and what was injected is not answered.
        try await client.send("MAIL FROM:<late@example.org>")
        try await client.expect("503 5.5.1 Say EHLO first")
        try await client.send("EHLO client.example.org")
        #expect(try await client.replyLines().contains("250-STARTTLS") == false)
        try await client.send("STARTTLS")
        try await client.expect("503 5.5.1 <>")
        try await client.mail(domain, recipients: ["alice"])
        try await client.send("DATA", "Subject: under TLS", "", ".", "QUIT")
        try await client.expect("354 <>")
        try await client.expect("250 2.0.0 <>")
        try await client.expect("221 2.0.0 <>")
        try await client.expectClosed()
        await server.stop()
        let message = String(decoding: try #require(try await domain.messages("alice").first), as: UTF8.self)
        #expect(message.contains("with ESMTPS id "))
    }
}

extension TestClient {
    /// Begins TLS with a server whose certificate nobody vouches for.
    func beginTLS() async throws {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = .none
        let context = try NIOSSLContext(configuration: configuration)
        try await channel.eventLoop.submit { [channel] in
            let handler = try NIOSSLClientHandler(context: context, serverHostname: nil)
            try channel.pipeline.syncOperations.addHandler(handler, position: .first)
        }.get()
    }

    /// The lines of one reply.
    func replyLines() async throws -> [String] {
        var lines: [String] = []
        while let line = try await line() {
            lines.append(line)
            if line.dropFirst(3).first != "-" { break }
        }
        return lines
    }
}

/// A certificate of the test's own, made by openssl.
enum TestCertificate {
    static func make() throws -> TLSProvider {
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
}
