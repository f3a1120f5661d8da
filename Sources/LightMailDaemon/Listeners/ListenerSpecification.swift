import NIOCore

/// A listener that a daemon wants: where, for whom, and what happens to a connection.
package struct ListenerSpecification: Sendable {
    package enum Endpoint: Sendable, Equatable {
        /// Port 0 lets the system choose, which is for tests.
        case tcp(host: String, port: Int)
        /// A socket file of mode 0660. An empty owner or group leaves it as the process makes it.
        case unix(path: String, owner: String, group: String)
    }

    /// Also the name by which systemd may hand over the socket (FileDescriptorName=).
    package var name: String
    package var endpoint: Endpoint
    /// TLS from the first byte. Listeners with STARTTLS leave it nil and ask the provider for a handler themselves.
    package var tls: TLSProvider?
    /// Connections from these networks must begin with a PROXY header; all others must not.
    package var proxies: [Network] = []
    /// Listeners that share a limit share the object.
    package var limits: ConnectionLimits
    /// Bytes read at once from a client that sends many.
    package var readBufferSize = 8192
    /// Sent before the close to a client that is one too many, where the listener speaks in clear.
    package var refusal: [UInt8] = []
    /// Adds the protocol's handlers. Called on the connection's event loop, with the TLS handler already in place.
    /// The connection is closed when the future fails. `channelActive` reaches the handlers afterwards in any case.
    package var initialize: @Sendable (Channel, ConnectionInfo) -> EventLoopFuture<Void>

    package init(
        name: String, endpoint: Endpoint, tls: TLSProvider? = nil, limits: ConnectionLimits,
        initialize: @escaping @Sendable (Channel, ConnectionInfo) -> EventLoopFuture<Void>
    ) {
        self.name = name
        self.endpoint = endpoint
        self.tls = tls
        self.limits = limits
        self.initialize = initialize
    }
}

extension ListenerSpecification.Endpoint: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path, _, _): path
        }
    }
}

/// A listener could not be opened.
package struct ListenerError: Error, Sendable, CustomStringConvertible {
    package let listener: String
    package let endpoint: String
    package let message: String

    package var description: String {
        "\(listener): cannot listen on \(endpoint): \(message)"
    }
}
