import NIOCore

/// The header by which a proxy announces the client it speaks for, in version 1 (text) and 2 (binary).
///
/// <https://www.haproxy.org/download/2.8/doc/proxy-protocol.txt>, sections 2.1 and 2.2.
struct ProxyHeader: Sendable, Equatable {
    struct Endpoints: Sendable, Equatable {
        let source: SocketAddress
        let destination: SocketAddress
    }

    /// nil when the proxy speaks for itself (LOCAL, such as a health check) or does not know (UNKNOWN, AF_UNSPEC):
    /// the addresses of the connection stand.
    let endpoints: Endpoints?

    enum Failure: Error, Sendable, Equatable {
        /// The bytes cannot become a header.
        case malformed
        /// Version 2 with more than `maximumLength` bytes after the fixed part.
        case tooLong
        /// No whole header in time.
        case timeout
        /// The connection ended before the header did.
        case incomplete
    }

    /// Bytes of addresses and extensions accepted in version 2; in use are a few hundred.
    static let maximumLength = 2048

    /// Takes a header from the front of `buffer`; nil when more bytes are needed. Bytes that no header begins with are
    /// refused at once, without waiting for more.
    static func read(from buffer: inout ByteBuffer) throws(Failure) -> ProxyHeader? {
        let bytes = buffer.readableBytesView
        guard let first = bytes.first else { return nil }
        let isText = first == UInt8(ascii: "P")
        let signature: [UInt8] = isText ? Array("PROXY ".utf8) : ProxyHeader.signature
        guard zip(bytes, signature).allSatisfy({ $0 == $1 }) else { throw .malformed }
        guard bytes.count >= signature.count else { return nil }
        return isText ? try readText(from: &buffer) : try readBinary(from: &buffer)
    }

    // MARK: Version 1

    /// Bytes of the longest line, with CRLF.
    private static let maximumLine = 107

    /// `PROXY TCP4|TCP6 SOURCE DESTINATION PORT PORT CRLF` or `PROXY UNKNOWN ... CRLF`
    private static func readText(from buffer: inout ByteBuffer) throws(Failure) -> ProxyHeader? {
        let bytes = buffer.readableBytesView.prefix(maximumLine)
        guard let newline = bytes.firstIndex(of: UInt8(ascii: "\n")) else {
            guard bytes.count < maximumLine else { throw .malformed }
            return nil
        }
        let length = newline - bytes.startIndex + 1
        let line = bytes.prefix(length - 1)
        guard line.last == UInt8(ascii: "\r"), let text = String(validating: line.dropLast(), as: UTF8.self) else {
            throw .malformed
        }
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        var endpoints: Endpoints?
        if words.count >= 2, words[1] != "UNKNOWN" {
            guard words.count == 6, let width = ["TCP4": 4, "TCP6": 16][words[1]],
                let source = address(words[2], port: words[4], width: width),
                let destination = address(words[3], port: words[5], width: width)
            else { throw .malformed }
            endpoints = Endpoints(source: source, destination: destination)
        }
        buffer.moveReaderIndex(forwardBy: length)
        return ProxyHeader(endpoints: endpoints)
    }

    private static func address(_ text: Substring, port: Substring, width: Int) -> SocketAddress? {
        guard let number = UInt16(port), port.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            port == "0" || port.first != "0", text.contains(":") == (width == 16)
        else { return nil }
        return try? SocketAddress(ipAddress: String(text), port: Int(number))
    }

    // MARK: Version 2

    private static let signature: [UInt8] = [
        0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A,
    ]

    private static func readBinary(from buffer: inout ByteBuffer) throws(Failure) -> ProxyHeader? {
        let start = buffer.readerIndex + signature.count
        guard let versionAndCommand = buffer.getInteger(at: start, as: UInt8.self) else { return nil }
        guard versionAndCommand == 0x20 || versionAndCommand == 0x21 else { throw .malformed }
        guard let family = buffer.getInteger(at: start + 1, as: UInt8.self),
            let length = buffer.getInteger(at: start + 2, as: UInt16.self)
        else { return nil }
        guard length <= maximumLength else { throw .tooLong }
        guard let payload = buffer.getBytes(at: start + 4, length: Int(length)) else { return nil }
        var endpoints: Endpoints?
        // LOCAL: whatever addresses it carries are to be skipped.
        if versionAndCommand == 0x21 {
            switch family {
            case 0x11: endpoints = try self.endpoints(payload, width: 4)
            case 0x21: endpoints = try self.endpoints(payload, width: 16)
            case 0x00, 0x31: endpoints = nil
            // Datagrams, and what is not defined, cannot have brought this stream.
            default: throw .malformed
            }
        }
        buffer.moveReaderIndex(forwardBy: signature.count + 4 + Int(length))
        return ProxyHeader(endpoints: endpoints)
    }

    /// Two addresses, two ports; extensions after them are skipped.
    private static func endpoints(_ payload: [UInt8], width: Int) throws(Failure) -> Endpoints {
        guard payload.count >= width * 2 + 4 else { throw .malformed }
        func endpoint(_ address: ArraySlice<UInt8>, _ port: ArraySlice<UInt8>) -> SocketAddress? {
            let number = port.reduce(0) { $0 << 8 | Int($1) }
            return try? SocketAddress(packedIPAddress: ByteBuffer(bytes: address), port: number)
        }
        let ports = payload[(width * 2)...]
        guard let source = endpoint(payload[..<width], ports.prefix(2)),
            let destination = endpoint(payload[width..<(width * 2)], ports.dropFirst(2).prefix(2))
        else { throw .malformed }
        return Endpoints(source: source, destination: destination)
    }
}
