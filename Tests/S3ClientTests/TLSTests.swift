// TLS: the authority that the configuration names is trusted, and no other.

import Foundation
import Glibc
import Testing

@testable import S3Client

@Suite(.timeLimit(.minutes(1))) struct TLSTests {
    @Test func onlyTheNamedAuthorityIsTrusted() async throws {
        let server = try TLSServer()
        let engine = TransferEngine()
        let url = "https://127.0.0.1:\(server.port)/"
        let trusting = TransferRequest(method: "GET", url: url, caFile: server.certificate)
        #expect(try await engine.send(trusting).status == 200)
        for caFile in [nil, "/nonexistent.pem"] {
            let error = await #expect(throws: TransferError.self) {
                try await engine.send(TransferRequest(method: "GET", url: url, caFile: caFile))
            }
            #expect(error?.kind == .tls)
        }
        // The certificate names the address and not this name for it.
        let misnamed = TransferRequest(
            method: "GET", url: "https://localhost:\(server.port)/", caFile: server.certificate)
        let error = await #expect(throws: TransferError.self) { try await engine.send(misnamed) }
        #expect(error?.kind == .tls)
    }
}

/// `openssl s_server` with a certificate of its own for 127.0.0.1, answering every GET with 200.
private final class TLSServer: Sendable {
    let port: UInt16
    let certificate: String
    private let directory: String
    private let process: pid_t

    init() throws {
        directory = NSTemporaryDirectory() + "s3client-tls-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        certificate = directory + "/cert.pem"
        let key = directory + "/key.pem"
        let request = try Self.openssl(
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext",
            "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate)
        var status: Int32 = -1
        waitpid(request, &status, 0)
        try #require(status == 0)
        port = try TestSocket.listen().port
        process = try Self.openssl(
            "s_server", "-accept", "127.0.0.1:\(port)", "-cert", certificate, "-key", key, "-www")
        while (try? TestSocket.connect(port: port)) == nil {
            try #require(waitpid(process, &status, WNOHANG) == 0)
            sched_yield()
        }
    }

    deinit {
        kill(process, SIGKILL)
        waitpid(process, nil, 0)
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// Starts the program with no output.
    private static func openssl(_ arguments: String...) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        var pointers = (["openssl"] + arguments).map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        var process = pid_t()
        try #require(posix_spawnp(&process, "openssl", &actions, nil, &pointers, environ) == 0)
        return process
    }
}
