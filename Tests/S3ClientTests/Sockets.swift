// The least of POSIX sockets that the tests' own servers need: IPv4 loopback, blocking.

import Glibc

/// A blocking TCP socket on 127.0.0.1, closed once.
final class TestSocket: Sendable {
    struct Failure: Error { let call: String }

    let descriptor: Int32

    init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Listens on a port of 127.0.0.1; 0 takes a free one.
    static func listen(port: UInt16 = 0) throws -> TestSocket {
        let result = TestSocket(descriptor: socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
        var one: Int32 = 1
        setsockopt(result.descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
        let bound = withLoopback(port) { bind(result.descriptor, $0, $1) }
        guard bound == 0, Glibc.listen(result.descriptor, 64) == 0 else { throw Failure(call: "listen") }
        return result
    }

    static func connect(port: UInt16) throws -> TestSocket {
        let result = TestSocket(descriptor: socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
        guard withLoopback(port, { Glibc.connect(result.descriptor, $0, $1) }) == 0 else {
            throw Failure(call: "connect")
        }
        return result
    }

    func accept() -> TestSocket? {
        let accepted = Glibc.accept(descriptor, nil, nil)
        return accepted < 0 ? nil : TestSocket(descriptor: accepted)
    }

    /// The port it listens on.
    var port: UInt16 {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        return UInt16(bigEndian: address.sin_port)
    }

    /// Up to 64 KiB; nil at the end or when the socket was shut.
    func read() -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return count > 0 ? Array(buffer.prefix(count)) : nil
    }

    /// False when the peer is gone.
    @discardableResult
    func write(_ bytes: some Collection<UInt8>) -> Bool {
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// Wakes whoever reads, writes or accepts; the peer sees the end.
    func shut() { _ = shutdown(descriptor, Int32(SHUT_RDWR)) }

    private static func withLoopback<T>(_ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> T) -> T {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
    }
}
