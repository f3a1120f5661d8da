// A TCP proxy of the tests' own: between a client and a real server it cuts, stalls and truncates on demand.

import Glibc
import Synchronization

/// Listens on a free port of 127.0.0.1 and relays to a server's port. Plain sockets, a thread a connection.
final class TCPProxy: Sendable {
    /// What becomes of bytes that arrive from the client.
    enum Verdict: Sendable {
        case pass
        /// Ends the connection without passing the bytes on.
        case cutBefore
        /// Passes the bytes on and ends the connection when the server has answered, without passing the answer on.
        case cutAfter
        /// Passes the bytes on and the first so many bytes of the answer, then ends the connection.
        case truncate(Int)
        /// Passes the bytes on and keeps the answer back for as long as the client waits.
        case stall
    }

    typealias Rule = @Sendable ([UInt8]) -> Verdict

    struct ProxyError: Error {
        let call: String
        let code = errno
    }

    let port: UInt16
    private let listener: Int32
    private let target: UInt16
    private let state = Mutex(State())

    private struct State {
        var rule: Rule = { _ in .pass }
        var isUp = true
        var connections: Set<Int32> = []
        var accepted = 0
    }

    init(to target: UInt16) throws {
        self.target = target
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.listener = listener
        guard listener >= 0 else { throw ProxyError(call: "socket") }
        var address = Self.loopback(port: 0)
        guard Self.with(&address, { bind(listener, $0, $1) }) == 0 else { throw ProxyError(call: "bind") }
        guard listen(listener, 64) == 0 else { throw ProxyError(call: "listen") }
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = Self.with(&address) { pointer, _ in getsockname(listener, pointer, &length) }
        port = UInt16(bigEndian: address.sin_port)
        try Self.thread { [weak self] in
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { break }
                guard let self else {
                    close(client)
                    break
                }
                self.serve(client)
            }
            close(listener)
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        cutAll()
    }

    /// Connections accepted so far.
    var accepted: Int { state.withLock { $0.accepted } }

    /// Judges what clients send from now on.
    func setRule(_ rule: @escaping Rule) { state.withLock { $0.rule = rule } }

    /// The server goes away: connections end, and new ones end at once.
    func goDown() {
        state.withLock { $0.isUp = false }
        cutAll()
    }

    /// The server is back.
    func comeUp() { state.withLock { $0.isUp = true } }

    /// Ends all connections; new ones are served.
    func cutAll() {
        state.withLock { state in
            for client in state.connections { shutdown(client, Int32(SHUT_RDWR)) }
        }
    }

    private func serve(_ client: Int32) {
        let isUp = state.withLock { state in
            state.accepted += 1
            if state.isUp { state.connections.insert(client) }
            return state.isUp
        }
        let server = isUp ? connectToTarget() : -1
        guard server >= 0, (try? Self.thread { self.relay(client, server) }) != nil else {
            end(client)
            if server >= 0 { close(server) }
            return
        }
    }

    /// Takes the client out before its number can be given to another.
    private func end(_ client: Int32) {
        state.withLock { state in
            state.connections.remove(client)
            close(client)
        }
    }

    private func relay(_ client: Int32, _ server: Int32) {
        defer {
            end(client)
            close(server)
        }
        var verdict = Verdict.pass
        while true {
            var polls = [
                pollfd(fd: client, events: Int16(POLLIN), revents: 0),
                pollfd(fd: server, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&polls, 2, -1) > 0 else { return }
            if polls[0].revents != 0 {
                guard let bytes = Self.read(client) else { return }
                let rule = state.withLock { $0.rule }
                if case .pass = verdict { verdict = rule(bytes) }
                if case .cutBefore = verdict { return }
                guard Self.write(bytes, to: server) else { return }
            }
            if polls[1].revents != 0 {
                guard let bytes = Self.read(server) else { return }
                switch verdict {
                case .pass: guard Self.write(bytes, to: client) else { return }
                case .cutBefore, .cutAfter: return
                case .truncate(let count):
                    _ = Self.write(Array(bytes.prefix(count)), to: client)
                    return
                case .stall: break
                }
            }
        }
    }

    private func connectToTarget() -> Int32 {
        let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = Self.loopback(port: target)
        guard Self.with(&address, { connect(server, $0, $1) }) == 0 else {
            close(server)
            return -1
        }
        return server
    }

    private static func loopback(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return address
    }

    private static func with<Value>(
        _ address: inout sockaddr_in, _ body: (UnsafeMutablePointer<sockaddr>, socklen_t) -> Value
    ) -> Value {
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    private static func read(_ socket: Int32) -> [UInt8]? {
        let bytes = [UInt8](unsafeUninitializedCapacity: 65536) { buffer, count in
            count = max(0, recv(socket, buffer.baseAddress, buffer.count, 0))
        }
        return bytes.isEmpty ? nil : bytes
    }

    private static func write(_ bytes: [UInt8], to socket: Int32) -> Bool {
        bytes.withUnsafeBytes { buffer in
            var sent = 0
            while sent < buffer.count {
                let count = send(
                    socket, buffer.baseAddress?.advanced(by: sent), buffer.count - sent, Int32(MSG_NOSIGNAL))
                guard count > 0 else { return false }
                sent += count
            }
            return true
        }
    }

    private final class Body {
        let run: () -> Void
        init(_ run: @escaping () -> Void) { self.run = run }
    }

    private static func thread(_ run: @escaping @Sendable () -> Void) throws {
        var thread = pthread_t()
        let body = Unmanaged.passRetained(Body(run))
        let failed = pthread_create(
            &thread, nil,
            { argument in
                if let argument { Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run() }
                return nil
            }, body.toOpaque())
        guard failed == 0 else {
            body.release()
            throw ProxyError(call: "pthread_create")
        }
        pthread_detach(thread)
    }
}

extension TCPProxy {
    /// A rule that gives `verdict` to bytes that hold `text`, and lets all others pass.
    static func when(_ text: String, _ verdict: Verdict) -> Rule {
        let wanted = Array(text.utf8)
        return { bytes in
            guard bytes.count >= wanted.count else { return .pass }
            let isThere = (0...bytes.count - wanted.count).contains { bytes[$0...].starts(with: wanted) }
            return isThere ? verdict : .pass
        }
    }
}
