import Logging
import NIOCore

/// What is known of a connection when its protocol begins: who it is from, and how it came.
package struct ConnectionInfo: Sendable {
    /// Names the session in every line of the log; random, 20 characters of 0-9 and a-v.
    package let sessionID: String
    /// The listener that accepted it, such as "imaps".
    package let listener: String
    /// The address that was connected to: behind a trusted proxy, the one the client asked for.
    package let local: SocketAddress?
    /// The client's address: behind a trusted proxy, the one the proxy announced.
    package let remote: SocketAddress?
    /// TLS began with the first byte. A protocol that offers STARTTLS keeps its own account from there.
    package let isTLS: Bool

    package init(sessionID: String, listener: String, local: SocketAddress?, remote: SocketAddress?, isTLS: Bool) {
        self.sessionID = sessionID
        self.listener = listener
        self.local = local
        self.remote = remote
        self.isTLS = isTLS
    }

    /// The client's IP address; nil on a UNIX socket.
    package var clientAddress: IPAddress? {
        remote.flatMap(IPAddress.init)
    }

    /// True for a UNIX socket and for 127.0.0.0/8 and ::1: nothing on a network can listen in.
    package var isLocal: Bool {
        clientAddress?.isLoopback ?? true
    }

    /// For the session's logger.
    package var metadata: Logger.Metadata {
        var metadata: Logger.Metadata = [LogKey.session: "\(sessionID)", LogKey.listener: "\(listener)"]
        if let clientAddress { metadata[LogKey.client] = "\(clientAddress)" }
        return metadata
    }

    /// A fresh name for a session: 100 random bits.
    package static func makeSessionID(using generator: inout some RandomNumberGenerator) -> String {
        let digits = Array("0123456789abcdefghijklmnopqrstuv".utf8)
        return String(decoding: (0..<20).map { _ in digits[Int.random(in: 0..<32, using: &generator)] }, as: UTF8.self)
    }
}

extension IPAddress {
    /// nil for a UNIX socket.
    package init?(_ address: SocketAddress) {
        switch address {
        case .v4(let address):
            self.init(bytes: withUnsafeBytes(of: address.address.sin_addr) { Array($0) })
        case .v6(let address):
            self.init(bytes: withUnsafeBytes(of: address.address.sin6_addr) { Array($0) })
        case .unixDomainSocket:
            return nil
        }
    }
}
