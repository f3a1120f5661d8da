import Foundation
import Glibc
import NIOCore
import Testing

@testable import LightMailDaemon

/// A socket on which systemd would hear of a daemon.
final class NotifySocket: Sendable {
    private let descriptor: CInt

    init(_ path: String) throws {
        descriptor = socket(AF_UNIX, 2, 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let descriptor = descriptor
        let result = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(result == 0)
    }

    deinit {
        close(descriptor)
    }

    /// The first line of the next message that is not the watchdog's; waits for it.
    func next() async -> String {
        let descriptor = descriptor
        return await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                var bytes = [UInt8](repeating: 0, count: 4096)
                while true {
                    let count = recv(descriptor, &bytes, bytes.count, 0)
                    // The signals of these tests interrupt calls of any thread.
                    if count < 0, errno == EINTR { continue }
                    let text = String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
                    let line = text.split(separator: "\n").first.map(String.init) ?? ""
                    if line == "WATCHDOG=1" { continue }
                    return continuation.resume(returning: line)
                }
            }
        }
    }
}

/// Whole daemons, each in a process of its own because signals and the environment belong to the process.
@Suite(.timeLimit(.minutes(1))) struct DaemonTests {
    @Test func aDaemonLivesAndEndsAsSystemdWants() async {
        await #expect(processExitsWith: .success) {
            let folder = try TestFolder()
            let path = folder.path
            let notify = try NotifySocket(path + "/notify")
            setenv("NOTIFY_SOCKET", path + "/notify", 1)
            setenv("WATCHDOG_USEC", "20000", 1)
            setenv("WATCHDOG_PID", String(getpid()), 1)
            let text = { (level: String) in
                """
                [database]
                user = u
                socket = \(path)/none
                [s3]
                endpoint = http://127.0.0.1:1
                access_key = a
                secret_key = b
                [cache]
                directory =
                spool_directory = \(path)
                [logging]
                path = \(path)/log
                level = \(level)
                """
            }
            let source = ConfigurationSource(
                path: try folder.write(text("warning"), to: "config.ini"), environment: [:], daemon: .lmtpd)
            let configuration = try source.load()
            let sink = try LogSink(configuration.logging, program: "lightmail-lmtpd")
            let socketPath = path + "/lmtp"
            async let status = Daemon.serve(
                .lmtpd, configuration, source: source, sink: sink, sockets: ActivatedSockets([])
            ) { context in
                let sessions = context.sessions
                try await context.listen(
                    ListenerSpecification(
                        name: "lmtp", endpoint: .unix(path: socketPath, owner: "", group: ""),
                        limits: ConnectionLimits(maximum: 1)
                    ) { channel, info in
                        sessions.onDrain(of: info.sessionID) {
                            channel.writeAndFlush(ByteBuffer(string: "421 goodbye\n")).whenComplete { _ in
                                channel.close(promise: nil)
                            }
                        }
                        return channel.eventLoop.makeCompletedFuture {
                            try channel.pipeline.syncOperations.addHandler(EchoHandler(info))
                        }
                    })
                context.runInBackground("feed") { try await Task.sleep(for: .seconds(3600)) }
            }
            try #require(await notify.next() == "READY=1")
            let client = try await TestClient.connect(SocketAddress(unixDomainSocketPath: socketPath))
            try #require(try await client.line() == "lmtp unix clear")

            try folder.write(text("debug"), to: "config.ini")
            kill(getpid(), SIGHUP)
            try #require(await notify.next() == "RELOADING=1")
            try #require(await notify.next() == "READY=1")
            try #require(sink.level == .debug)
            try folder.write("nonsense", to: "config.ini")
            kill(getpid(), SIGHUP)
            try #require(await notify.next() == "RELOADING=1")
            try #require(await notify.next() == "READY=1")
            try #require(try folder.read("log").contains("the configuration in use stays"))

            kill(getpid(), SIGTERM)
            try #require(await notify.next() == "STOPPING=1")
            try #require(try await client.rest() == "421 goodbye\n")
            let ended = await status
            try #require(ended == .success)
            try #require(!FileManager.default.fileExists(atPath: socketPath))
            exit(EXIT_SUCCESS)
        }
    }

    @Test func whatEndsADaemonIsItsStatus() async {
        await #expect(processExitsWith: .exitCode(71)) {
            try await serve { context in
                try await context.listen(
                    ListenerSpecification(
                        name: "x", endpoint: .unix(path: "/nonexistent/x", owner: "", group: ""),
                        limits: ConnectionLimits(maximum: 1)
                    ) { channel, _ in channel.eventLoop.makeSucceededVoidFuture() })
            }
        }
        await #expect(processExitsWith: .exitCode(78)) {
            try await serve { context in _ = try context.makeTLS { _ in ("/nonexistent", "/nonexistent") } }
        }
        await #expect(processExitsWith: .exitCode(70)) {
            try await serve { context in context.runInBackground("sweep") { throw CocoaError(.featureUnsupported) } }
        }
    }
}

/// Serves until `start` ends it, and exits with the status.
private func serve(_ start: @escaping @Sendable (DaemonContext) async throws -> Void) async throws {
    let folder = try TestFolder()
    let configuration = TestDaemon.configuration(in: folder)
    let source = ConfigurationSource(path: "/nonexistent", environment: [:], daemon: .gcd)
    let sink = try LogSink(configuration.logging, program: "lightmail-gcd")
    let status = await Daemon.serve(
        .gcd, configuration, source: source, sink: sink, sockets: ActivatedSockets([]), start: start)
    exit(status.rawValue)
}
