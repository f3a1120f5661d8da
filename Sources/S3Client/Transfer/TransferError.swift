// The one error of the transfer engine.

/// Why an exchange did not complete. The message is libcurl's own; it names hosts, never headers or bodies.
package struct TransferError: Error, Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        /// No connection came about, so nothing was sent: name not resolved, refused, connect timeout.
        case connect
        /// The TLS handshake failed, or the certificate is not trusted.
        case tls
        /// The connection broke off after the request was begun; the server may have acted on it.
        case connectionLost
        /// The stall or the total timeout passed.
        case timeout
        /// The task was cancelled, or the engine shut down.
        case cancelled
        /// The answer breaks HTTP or a bound, or the request cannot be formed.
        case malformed
        /// The request's body could not be read from its file.
        case source
    }

    package let kind: Kind
    package let message: String

    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    static let cancelled = TransferError(.cancelled, "cancelled")
}
