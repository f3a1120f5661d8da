import CSystemd
import Glibc

/// A connection to a server for a line or two, with a bound on each step. It blocks its thread.
final class SocketProbe {
    enum Address: CustomStringConvertible {
        case tcp(host: String, port: Int)
        case unix(path: String)

        var description: String {
            switch self {
            case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
            case .unix(let path): path
            }
        }
    }

    struct Failure: Error {
        let message: String
    }

    /// Bytes of a line that are read.
    private static let longestLine = 2_048

    private let descriptor: Int32

    /// Connects.
    ///
    /// - Parameter patience: for each step: the connection, each line sent, each read.
    init(_ address: Address, patience: Duration = .seconds(5)) throws(Failure) {
        switch address {
        case .tcp(let host, let port): descriptor = try Self.connect(host, port, patience)
        case .unix(let path): descriptor = try Self.connect(path, patience)
        }
    }

    deinit { close(descriptor) }

    func send(_ text: String) throws(Failure) {
        let bytes = Array(text.utf8)
        guard Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
            throw Failure(message: SystemError.text(errno))
        }
    }

    /// The next line, up to a newline or NUL, without it.
    func line() throws(Failure) -> String {
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while line.count < Self.longestLine {
            let count = recv(descriptor, &byte, 1, 0)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                throw Failure(message: errno == EAGAIN ? "it is silent" : SystemError.text(errno))
            }
            if count == 0, line.isEmpty { throw Failure(message: "it hangs up") }
            if count == 0 || byte == 0x0A || byte == 0 { break }
            if byte != 0x0D { line.append(byte) }
        }
        return LogText.escaped(String(decoding: line, as: UTF8.self), limit: 200)
    }

    private static func connect(_ host: String, _ port: Int, _ patience: Duration) throws(Failure) -> Int32 {
        var hints = addrinfo()
        hints.ai_socktype = Int32(LIGHTMAIL_STREAM)
        var first: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, "\(port)", &hints, &first)
        guard code == 0 else { throw Failure(message: String(cString: gai_strerror(code))) }
        defer { freeaddrinfo(first) }
        var failure = Failure(message: "it has no address")
        var next = first
        while let entry = next {
            let descriptor = open(entry.pointee.ai_family, patience)
            if descriptor >= 0, Glibc.connect(descriptor, entry.pointee.ai_addr, entry.pointee.ai_addrlen) == 0 {
                return descriptor
            }
            failure = Failure(message: errno == EINPROGRESS ? "no answer" : SystemError.text(errno))
            if descriptor >= 0 { close(descriptor) }
            next = entry.pointee.ai_next
        }
        throw failure
    }

    private static func connect(_ path: String, _ patience: Duration) throws(Failure) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw Failure(message: "the path is longer than a socket's may be")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let descriptor = open(AF_UNIX, patience)
        let result = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else {
            let failure = Failure(message: SystemError.text(errno))
            if descriptor >= 0 { close(descriptor) }
            throw failure
        }
        return descriptor
    }

    /// A socket whose every step is bounded; connect(2) keeps to the bound of sending.
    private static func open(_ family: Int32, _ patience: Duration) -> Int32 {
        let descriptor = socket(family, Int32(LIGHTMAIL_STREAM_CLOEXEC), 0)
        var limit = timeval()
        limit.tv_sec = Int(patience.components.seconds)
        let length = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, length)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, length)
        return descriptor
    }
}
