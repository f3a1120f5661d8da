import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import LightMailDaemon

@Suite(.timeLimit(.minutes(1))) struct SessionRegistryTests {
    /// A listener whose sessions say goodbye when the daemon ends.
    private func listenPolitely(
        _ daemon: TestDaemon, on endpoint: ListenerSpecification.Endpoint = .tcp(host: "127.0.0.1", port: 0)
    ) async throws -> Listener {
        let sessions = daemon.context.sessions
        return try await daemon.listen(endpoint) { specification in
            let initialize = specification.initialize
            specification.initialize = { channel, info in
                sessions.onDrain(of: info.sessionID) {
                    channel.writeAndFlush(ByteBuffer(string: "goodbye\n")).whenComplete { _ in
                        channel.close(promise: nil)
                    }
                }
                return initialize(channel, info)
            }
        }
    }

    @Test func sessionsEndInTheirOwnWay() async throws {
        let daemon = try TestDaemon()
        let listener = try await listenPolitely(daemon)
        let clients = [try await TestClient.connect(listener), try await TestClient.connect(listener)]
        for client in clients { _ = try await client.line() }
        #expect(daemon.context.sessions.count == 2 && !daemon.context.isDraining)
        #expect(await daemon.context.sessions.drain(limit: .seconds(30)) == 0)
        #expect(daemon.context.sessions.count == 0 && daemon.context.isDraining)
        for client in clients { #expect(try await client.rest() == "goodbye\n") }
        try await daemon.end()
    }

    @Test func sessionsThatDoNotEndAreClosed() async throws {
        let daemon = try TestDaemon()
        let sessions = daemon.context.sessions
        let listener = try await daemon.listen { specification in
            let initialize = specification.initialize
            specification.initialize = { channel, info in
                sessions.onDrain(of: info.sessionID) {}
                return initialize(channel, info)
            }
        }
        let client = try await TestClient.connect(listener)
        _ = try await client.line()
        #expect(await sessions.drain(limit: .milliseconds(1)) == 1)
        #expect(try await client.rest() == "")
        try await daemon.end()
    }

    /// Asked once it may finish, asked twice it is closed.
    @Test func oneSessionIsEnded() async throws {
        let daemon = try TestDaemon()
        let sessions = daemon.context.sessions
        let names = Mutex<[String]>([])
        let listener = try await daemon.listen { specification in
            let initialize = specification.initialize
            specification.initialize = { channel, info in
                names.withLock { $0.append(info.sessionID) }
                sessions.onDrain(of: info.sessionID) {
                    channel.writeAndFlush(ByteBuffer(string: "in a moment\n"), promise: nil)
                }
                return initialize(channel, info)
            }
        }
        let client = try await TestClient.connect(listener)
        _ = try await client.line()
        let other = try await TestClient.connect(listener)
        _ = try await other.line()
        let first = names.withLock { $0.first }
        let name = try #require(first)
        sessions.end("another")
        sessions.end(name)
        #expect(try await client.line() == "in a moment")
        sessions.end(name)
        #expect(try await client.rest() == "")
        #expect(sessions.count == 1)
        await sessions.drain(limit: .milliseconds(1))
        try await daemon.end()
    }

    @Test func nothingIsAcceptedDuringADrain() async throws {
        let daemon = try TestDaemon()
        // Not TCP: the port could be another test's by then.
        let path = daemon.folder.path + "/s"
        _ = try await listenPolitely(daemon, on: .unix(path: path, owner: "", group: ""))
        _ = try await TestClient.connect(SocketAddress(unixDomainSocketPath: path)).line()
        await daemon.context.drain()
        await #expect(throws: (any Error).self) {
            _ = try await TestClient.connect(SocketAddress(unixDomainSocketPath: path))
        }
        try await daemon.end()
    }

    @Test func aDrainOfNobodyIsOverAtOnce() async {
        #expect(await SessionRegistry().drain(limit: .seconds(3600)) == 0)
    }

    @Test func namesOfSessionsAreLongAndDistinct() {
        var generator = SplitMix(state: 1)
        let names = (0..<1000).map { _ in ConnectionInfo.makeSessionID(using: &generator) }
        #expect(Set(names).count == 1000)
        #expect(
            names.allSatisfy {
                $0.utf8.count == 20 && $0.allSatisfy { "0123456789abcdefghijklmnopqrstuv".contains($0) }
            })
    }
}
