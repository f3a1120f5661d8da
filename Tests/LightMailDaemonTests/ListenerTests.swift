import Glibc
import NIOCore
import NIOSSL
import Testing

@testable import LightMailDaemon

@Suite(.timeLimit(.minutes(1))) struct ListenerTests {
    @Test func aConnectionReachesItsProtocol() async throws {
        let daemon = try TestDaemon()
        let listener = try await daemon.listen()
        let client = try await TestClient.connect(listener)
        #expect(try await client.line()?.hasPrefix("echo 127.0.0.1:") == true)
        try await client.send("hello\n")
        #expect(try await client.line() == "hello")
        #expect(daemon.context.sessions.count == 1)
        let text = daemon.context.metrics.text()
        #expect(text.contains("lightmail_connections_total{listener=\"echo\"} 1\n"))
        #expect(text.contains("lightmail_connections{listener=\"echo\"} 1\n"))
        try await daemon.end()
        #expect(daemon.context.metrics.text().contains("lightmail_connections{listener=\"echo\"} 0\n"))
    }

    @Test func answersReachAClientThatSentItsLast() async throws {
        let daemon = try TestDaemon()
        let client = try await TestClient.connect(try await daemon.listen())
        _ = try await client.line()
        try await client.send("one\ntwo\n")
        try await client.closeOutput()
        #expect(try await client.rest() == "one\ntwo\n")
        try await daemon.end()
    }

    @Test func oneTooManyIsToldSo() async throws {
        let daemon = try TestDaemon()
        let listener = try await daemon.listen {
            $0.limits = ConnectionLimits(maximum: 1)
            $0.refusal = Array("too many\n".utf8)
        }
        let first = try await TestClient.connect(listener)
        _ = try await first.line()
        #expect(try await TestClient.connect(listener).rest() == "too many\n")
        try await first.close()
        // The place is free once the server has seen the close.
        while daemon.context.sessions.count > 0 { await Task.yield() }
        #expect(try await TestClient.connect(listener).line() != nil)
        #expect(
            daemon.context.metrics.text().contains(
                "lightmail_connections_refused_total{listener=\"echo\",limit=\"total\"} 1\n"))
        try await daemon.end()
    }

    @Test func oneAddressHasItsOwnLimit() async throws {
        let daemon = try TestDaemon()
        let listener = try await daemon.listen {
            $0.limits = ConnectionLimits(maximum: 10, maximumPerAddress: 1, exemptsLoopback: false)
        }
        let first = try await TestClient.connect(listener)
        _ = try await first.line()
        #expect(try await TestClient.connect(listener).rest() == "")
        try await daemon.end()
    }

    @Test func limitsCountAndForget() throws {
        let limits = ConnectionLimits(maximum: 2, maximumPerAddress: 1)
        let (near, far) = (try #require(IPAddress("::1")), try #require(IPAddress("192.0.2.1")))
        #expect(limits.enter() && limits.enter() && !limits.enter())
        #expect(limits.count == 2)
        limits.leave()
        #expect(limits.enter())
        #expect(limits.enter(far) && !limits.enter(far))
        #expect(limits.enter(near) && limits.enter(near))
        limits.leave(far)
        limits.leave(near)
        #expect(limits.enter(far))
    }

    @Test func limitsCanBeChanged() throws {
        let limits = ConnectionLimits(maximum: 1)
        let far = try #require(IPAddress("192.0.2.1"))
        #expect(limits.enter() && limits.enter(far) && limits.enter(far))
        // Who is there stays, and is counted.
        limits.change(maximum: 2, maximumPerAddress: 2)
        #expect(limits.enter() && !limits.enter() && !limits.enter(far))
        limits.leave(far)
        #expect(limits.enter(far) && !limits.enter(far))
        limits.change(maximum: 1)
        #expect(!limits.enter() && limits.enter(far))
        limits.leave()
        #expect(!limits.enter() && limits.count == 1)
        limits.leave()
        #expect(limits.enter())
    }

    @Test func aTakenPortIsAnError() async throws {
        let daemon = try TestDaemon()
        let listener = try await daemon.listen()
        let port = try #require(listener.port)
        let error = await #expect(throws: ListenerError.self) {
            _ = try await daemon.listen(.tcp(host: "127.0.0.1", port: port))
        }
        #expect(error?.description == "echo: cannot listen on 127.0.0.1:\(port): Address already in use")
        try await daemon.end()
    }

    @Test func aSocketFromSystemdIsUsed() async throws {
        let given = try ListeningSocket()
        let sockets = ActivatedSockets([
            .init(name: "other", descriptor: try ListeningSocket().descriptor),
            .init(name: "echo", descriptor: given.descriptor),
        ])
        let daemon = try TestDaemon(sockets: sockets)
        // A port that cannot be bound: it must not be tried.
        let listener = try await daemon.listen(.tcp(host: "192.0.2.1", port: 1))
        #expect(listener.port == given.port)
        #expect(try await TestClient.connect(listener).line()?.hasPrefix("echo ") == true)
        #expect(sockets.closeRest() == ["other"])
        try await daemon.end()
    }

    @Test func aSocketFromSystemdIsFoundByItsPort() async throws {
        let given = try ListeningSocket()
        let daemon = try TestDaemon(
            sockets: ActivatedSockets([.init(name: "unknown", descriptor: given.descriptor)]))
        let listener = try await daemon.listen(.tcp(host: "192.0.2.1", port: given.port))
        #expect(listener.port == given.port)
        try await daemon.end()
    }

    @Test func descriptorsThatAreNotThereAreAnError() async {
        await #expect(processExitsWith: .success) {
            setenv("LISTEN_PID", String(getpid()), 1)
            setenv("LISTEN_FDS", "1000", 1)
            try #require(throws: ListenerError.self) { try ActivatedSockets.fromEnvironment() }
            exit(EXIT_SUCCESS)
        }
    }

    @Test func whatIsNoListeningSocketIsRefused() async throws {
        let descriptor = try ListeningSocket(listening: false).descriptor
        let daemon = try TestDaemon(sockets: ActivatedSockets([.init(name: "echo", descriptor: descriptor)]))
        await #expect(throws: ListenerError.self) { _ = try await daemon.listen() }
        close(descriptor)
        try await daemon.end()
    }

    /// In a process of its own, because the environment is changed. Descriptors that were handed over count from 3: those
    /// that this process uses already get a name that no listener has.
    @Test func theEnvironmentOfSystemdIsUnderstood() async {
        await #expect(processExitsWith: .success) {
            let given = try ListeningSocket()
            let descriptor = fcntl(given.descriptor, F_DUPFD_CLOEXEC, 3)
            try #require(descriptor >= 3)
            func take() throws(ListenerError) -> ActivatedSockets {
                let names = (3..<descriptor).map { _ in "busy" } + ["imaps"]
                setenv("LISTEN_PID", String(getpid()), 1)
                setenv("LISTEN_FDS", String(names.count), 1)
                setenv("LISTEN_FDNAMES", names.joined(separator: ":"), 1)
                return try ActivatedSockets.fromEnvironment()
            }
            // A descriptor between may just have been closed by the process's own machinery: dup fills the gap.
            var handed = try? take()
            for _ in 0..<100 where handed == nil {
                try #require(dup(given.descriptor) >= 0)
                handed = try? take()
            }
            let sockets = try #require(handed)
            try #require(getenv("LISTEN_FDS") == nil)
            let daemon = try TestDaemon(sockets: sockets)
            let listener = try await daemon.listen(.tcp(host: "192.0.2.1", port: 1)) { $0.name = "imaps" }
            try #require(listener.port == given.port)
            try #require(try await TestClient.connect(listener).line()?.hasPrefix("imaps ") == true)
            exit(EXIT_SUCCESS)
        }
    }
}

/// A TCP socket on 127.0.0.1, as systemd would hand it over. The listener that takes it closes it.
struct ListeningSocket {
    let descriptor: CInt
    let port: Int

    init(listening: Bool = true) throws {
        descriptor = socket(AF_INET, 1, 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                let bound = bind(descriptor, pointer, length)
                return bound == 0 ? getsockname(descriptor, pointer, &length) : bound
            }
        }
        try #require(result == 0)
        if listening { try #require(listen(descriptor, 8) == 0) }
        port = Int(UInt16(bigEndian: address.sin_port))
    }
}

@Suite(.timeLimit(.minutes(1))) struct UNIXListenerTests {
    private func mode(_ path: String) -> mode_t? {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode : nil
    }

    @Test func theFileHasItsModeAndGoesWithTheListener() async throws {
        let daemon = try TestDaemon()
        let path = daemon.folder.path + "/s"
        let listener = try await daemon.listen(.unix(path: path, owner: "", group: ""))
        #expect(listener.address == path)
        #expect(mode(path) == S_IFSOCK | 0o660)
        #expect(mode(path + ".new") == nil)
        let client = try await TestClient.connect(SocketAddress(unixDomainSocketPath: path))
        #expect(try await client.line() == "echo unix clear")
        try await daemon.end()
        #expect(mode(path) == nil)
    }

    @Test func aStaleFileIsReplacedAndALiveOneIsNot() async throws {
        let daemon = try TestDaemon()
        let path = daemon.folder.path + "/s"
        let (_, descriptor) = try UNIXSocketFile.listen(path: path, owner: "", group: "", backlog: 1)
        let error = await #expect(throws: ListenerError.self) {
            _ = try await daemon.listen(.unix(path: path, owner: "", group: ""))
        }
        #expect(error?.description == "echo: cannot listen on \(path): another process listens on it")
        // As kill -9 leaves it.
        close(descriptor)
        #expect(mode(path) != nil)
        _ = try await daemon.listen(.unix(path: path, owner: "", group: ""))
        let client = try await TestClient.connect(SocketAddress(unixDomainSocketPath: path))
        #expect(try await client.line() == "echo unix clear")
        try await daemon.end()
    }

    @Test func whatIsNoSocketIsLeftAlone() throws {
        let folder = try TestFolder()
        let path = try folder.write("precious", to: "s")
        #expect(throws: UNIXSocketFile.Failure.self) {
            try UNIXSocketFile.listen(path: path, owner: "", group: "", backlog: 1)
        }
        #expect(try folder.read("s") == "precious")
        symlink("/etc/passwd", folder.path + "/l")
        #expect(throws: UNIXSocketFile.Failure.self) {
            try UNIXSocketFile.listen(path: folder.path + "/l", owner: "", group: "", backlog: 1)
        }
    }

    @Test(arguments: [
        ("/nonexistent/s", "", "", "its directory: No such file or directory"),
        ("/tmp/" + String(repeating: "x", count: 110), "", "", "the path is longer than a socket's may be"),
        ("/tmp/s", "no-such-user", "", "there is no user no-such-user"),
        ("/tmp/s", "", "no-such-group", "there is no group no-such-group"),
    ])
    func mistakesAreSaid(path: String, owner: String, group: String, message: String) {
        let failure = #expect(throws: UNIXSocketFile.Failure.self) {
            try UNIXSocketFile.listen(path: path, owner: owner, group: group, backlog: 1)
        }
        #expect(failure?.description == message)
    }

    @Test func theFileOfASuccessorIsNotRemoved() throws {
        let folder = try TestFolder()
        let path = folder.path + "/s"
        let (old, oldDescriptor) = try UNIXSocketFile.listen(path: path, owner: "", group: "", backlog: 1)
        close(oldDescriptor)
        let (new, newDescriptor) = try UNIXSocketFile.listen(path: path, owner: "", group: "", backlog: 1)
        old.remove()
        #expect(mode(path) != nil)
        new.remove()
        #expect(mode(path) == nil)
        close(newDescriptor)
    }
}

@Suite(.timeLimit(.minutes(1))) struct ProxyListenerTests {
    private func listen(_ daemon: TestDaemon, trusting network: String) async throws -> Listener {
        let network = try #require(Network(network))
        return try await daemon.listen { $0.proxies = [network] }
    }

    @Test func theClientIsTheOneTheProxyNames() async throws {
        let daemon = try TestDaemon()
        let listener = try await listen(daemon, trusting: "127.0.0.0/8")
        let client = try await TestClient.connect(listener)
        try await client.send("PROXY TCP4 192.0.2.1 198.51.100.7 4711 993\r\nhello\n")
        #expect(try await client.line() == "echo 192.0.2.1:4711 clear")
        #expect(try await client.line() == "hello")
        try await daemon.end()
    }

    @Test func aStrangerCannotNameAnother() async throws {
        let daemon = try TestDaemon()
        let client = try await TestClient.connect(try await listen(daemon, trusting: "10.0.0.0/8"))
        #expect(try await client.line()?.hasPrefix("echo 127.0.0.1:") == true)
        try await client.send("PROXY TCP4 192.0.2.1 198.51.100.7 4711 993\n")
        #expect(try await client.line() == "PROXY TCP4 192.0.2.1 198.51.100.7 4711 993")
        try await daemon.end()
    }

    @Test func aBadHeaderEndsTheConnection() async throws {
        let daemon = try TestDaemon()
        let client = try await TestClient.connect(try await listen(daemon, trusting: "127.0.0.1"))
        try await client.send("EHLO x\r\n")
        #expect(try await client.rest() == "")
        #expect(daemon.context.metrics.text().contains("lightmail_proxy_failures_total{listener=\"echo\"} 1\n"))
        #expect(daemon.context.sessions.count == 0)
        try await daemon.end()
    }

    @Test func limitsGoByTheClientNotTheProxy() async throws {
        let daemon = try TestDaemon()
        let trusted = try #require(Network("127.0.0.1"))
        let listener = try await daemon.listen {
            $0.proxies = [trusted]
            $0.limits = ConnectionLimits(maximum: 10, maximumPerAddress: 1)
            $0.refusal = Array("too many\n".utf8)
        }
        func connect(_ address: String) async throws -> TestClient {
            let client = try await TestClient.connect(listener)
            try await client.send("PROXY TCP4 \(address) 198.51.100.7 1 2\r\n")
            return client
        }
        let first = try await connect("192.0.2.1")
        #expect(try await first.line() == "echo 192.0.2.1:1 clear")
        let second = try await connect("192.0.2.2")
        #expect(try await second.line() == "echo 192.0.2.2:1 clear")
        #expect(try await connect("192.0.2.1").rest() == "too many\n")
        try await daemon.end()
    }
}

@Suite(.timeLimit(.minutes(1))) struct TLSTests {
    private func client(trusting certificate: String) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .file(certificate)
        configuration.certificateVerification = .noHostnameVerification
        return configuration
    }

    @Test func handshakeAndReload() async throws {
        let daemon = try TestDaemon()
        let first = try daemon.folder.makeCertificate("first")
        let provider = try daemon.context.makeTLS { _ in (first.certificate, first.key) }
        let listener = try await daemon.listen { $0.tls = provider }
        let firstClient = try await TestClient.connect(listener, tls: client(trusting: first.certificate))
        #expect(try await firstClient.line()?.hasSuffix(" tls") == true)

        let second = try daemon.folder.makeCertificate("second")
        #expect(rename(second.certificate, first.certificate) == 0)
        // The key does not belong to the new certificate yet: the old pair stays in use.
        let configuration = daemon.context.configuration
        #expect(daemon.context.reload(configuration).count == 1)
        #expect(rename(second.key, first.key) == 0)
        #expect(daemon.context.reload(configuration).isEmpty)
        let secondClient = try await TestClient.connect(listener, tls: client(trusting: first.certificate))
        try await secondClient.send("hello\n")
        _ = try await secondClient.line()
        #expect(try await secondClient.line() == "hello")
        try await firstClient.send("still here\n")
        #expect(try await firstClient.line() == "still here")
        try await daemon.end()
    }

    @Test func tlsComesAfterThePROXYHeader() async throws {
        let daemon = try TestDaemon()
        let files = try daemon.folder.makeCertificate("proxy")
        let provider = try daemon.context.makeTLS { _ in (files.certificate, files.key) }
        let trusted = try #require(Network("127.0.0.1"))
        let listener = try await daemon.listen {
            $0.tls = provider
            $0.proxies = [trusted]
        }
        let client = try await TestClient.connect(
            listener, tls: client(trusting: files.certificate), preface: "PROXY TCP4 192.0.2.1 198.51.100.7 5 6\r\n")
        #expect(try await client.line() == "echo 192.0.2.1:5 tls")
        try await daemon.end()
    }

    @Test func oldVersionsAreRefused() async throws {
        let daemon = try TestDaemon()
        let files = try daemon.folder.makeCertificate("old")
        let provider = try daemon.context.makeTLS { _ in (files.certificate, files.key) }
        let listener = try await daemon.listen { $0.tls = provider }
        var old = client(trusting: files.certificate)
        old.minimumTLSVersion = .tlsv11
        old.maximumTLSVersion = .tlsv11
        let client = try await TestClient.connect(listener, tls: old)
        await #expect(throws: (any Error).self) { _ = try await client.line() }
        try await daemon.end()
    }

    @Test func unusableFilesAreNamed() throws {
        let folder = try TestFolder()
        let (one, two) = (try folder.makeCertificate("one"), try folder.makeCertificate("two"))
        let garbage = try folder.write("-----BEGIN CERTIFICATE-----\nx\n", to: "garbage")
        for (certificate, key, named) in [
            ("/nonexistent", one.key, "/nonexistent"), (one.certificate, "/nonexistent", "/nonexistent"),
            (garbage, one.key, garbage), (one.certificate, garbage, garbage), (one.certificate, two.key, two.key),
        ] {
            let error = #expect(throws: TLSError.self) { try TLSProvider(certificate: certificate, key: key) }
            #expect(error?.path == named)
        }
    }
}
