import Glibc

/// One INSTREAM dialogue with clamd over a blocking socket. For one thread at a time.
///
///     C: zINSTREAM NUL, then for each piece its length in four octets, most significant first, and the piece;
///     C: four octets of zero
///     S: the verdict, NUL
final class ClamdConnection {
    /// What stopped the dialogue, in words for the log.
    struct Failure: Error {
        let message: String

        init(_ call: String) {
            message = "\(call): \(String(cString: strerror(errno)))"
        }

        init(message: String) {
            self.message = message
        }
    }

    /// Longest verdict that is read.
    private static let longestReply = 4_096

    private let descriptor: Int32

    /// Connects, and begins a stream.
    init(_ address: AntivirusConfiguration.Address, timeout: Duration) throws(Failure) {
        switch address {
        case .unix(let path): descriptor = try Self.connect(path, timeout)
        case .tcp(let host, let port): descriptor = try Self.connect(host, port, timeout)
        }
        let flags = fcntl(descriptor, F_GETFL)
        _ = fcntl(descriptor, F_SETFL, flags & ~O_NONBLOCK)
        var limit = timeval(timeout)
        let length = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, length)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, length)
        try send(Array("zINSTREAM\0".utf8), more: true)
    }

    deinit { close(descriptor) }

    /// Sends a piece of the message.
    func write(_ piece: ArraySlice<UInt8>) throws(Failure) {
        guard !piece.isEmpty else { return }
        let length = UInt32(piece.count)
        try send((0..<4).map { UInt8(truncatingIfNeeded: length >> (24 - 8 * $0)) }, more: true)
        try send(piece, more: false)
    }

    /// Ends the message.
    func finish() throws(Failure) {
        try send([0, 0, 0, 0], more: false)
    }

    /// The verdict. It can come before the end of the message, when clamd has had enough.
    func verdict() throws(Failure) -> ScanVerdict {
        var reply: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1_024)
        while reply.count < Self.longestReply {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Failure("no verdict from clamd") }
            reply += buffer.prefix(count)
            if count == 0 || reply.last == 0 { break }
        }
        return ScanVerdict(reply: String(decoding: reply.prefix { $0 >= 0x20 }, as: UTF8.self))
    }

    private func send(_ bytes: some Collection<UInt8>, more: Bool) throws(Failure) {
        let flags = Int32(MSG_NOSIGNAL) | (more ? Int32(MSG_MORE) : 0)
        let error = bytes.withContiguousStorageIfAvailable { bytes -> Int32 in
            var sent = 0
            while sent < bytes.count {
                let count = Glibc.send(descriptor, bytes.baseAddress.map { $0 + sent }, bytes.count - sent, flags)
                if count < 0, errno == EINTR { continue }
                if count < 0 { return errno }
                sent += count
            }
            return 0
        }
        guard let error, error != 0 else { return }
        errno = error
        throw Failure("clamd takes no more")
    }

    // MARK: Connecting

    private static func connect(_ path: String, _ timeout: Duration) throws(Failure) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw Failure(message: "the path of clamd's socket is too long")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        return try withUnsafePointer(to: &address) { (pointer) throws(Failure) in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { (pointer) throws(Failure) in
                try open(AF_UNIX, pointer, socklen_t(MemoryLayout<sockaddr_un>.size), timeout)
            }
        }
    }

    /// Tries the addresses of the host one after the other.
    private static func connect(_ host: String, _ port: UInt16, _ timeout: Duration) throws(Failure) -> Int32 {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, String(port), &hints, &found)
        guard status == 0, let first = found else {
            throw Failure(message: "clamd's host: \(String(cString: gai_strerror(status)))")
        }
        defer { freeaddrinfo(first) }
        var failure = Failure(message: "clamd's host has no address")
        var candidate: UnsafeMutablePointer<addrinfo>? = first
        while let info = candidate?.pointee {
            do throws(Failure) {
                guard let address = info.ai_addr else { throw failure }
                return try open(info.ai_family, address, info.ai_addrlen, timeout)
            } catch {
                failure = error
            }
            candidate = info.ai_next
        }
        throw failure
    }

    /// A socket that is connected and does not block.
    private static func open(
        _ family: Int32, _ address: UnsafePointer<sockaddr>, _ length: socklen_t, _ timeout: Duration
    ) throws(Failure) -> Int32 {
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(family, type, 0)
        guard descriptor >= 0 else { throw Failure("socket") }
        if Glibc.connect(descriptor, address, length) == 0 { return descriptor }
        if errno == EINPROGRESS {
            var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            let milliseconds = Int32(clamping: Int64(timeout / .milliseconds(1)))
            errno = poll(&waiting, 1, milliseconds) > 0 ? outcome(of: descriptor) : ETIMEDOUT
            if errno == 0 { return descriptor }
        }
        let failure = Failure("no connection to clamd")
        close(descriptor)
        throw failure
    }

    private static func outcome(of descriptor: Int32) -> Int32 {
        var error: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length) == 0 ? error : errno
    }
}

extension timeval {
    fileprivate init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self.init(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
    }
}
