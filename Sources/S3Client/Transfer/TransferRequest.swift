// What the transfer engine is asked to send.

/// How long an exchange may take.
package struct TransferTimeouts: Sendable {
    /// From the start to an open connection, TLS included.
    package var connect: Duration
    /// With no byte moving in either direction; rounded up to whole seconds. Time in which the reader of the answer holds the transfer back does
    /// not count.
    package var stall: Duration
    /// For everything; nil for no such limit. It counts the time in which a slow reader holds the transfer back, so a
    /// streamed answer has none.
    package var total: Duration?

    package init(connect: Duration = .seconds(5), stall: Duration = .seconds(30), total: Duration? = .seconds(120)) {
        self.connect = connect
        self.stall = stall
        self.total = total
    }
}

/// The body of a request.
package enum TransferBody: Sendable {
    case none
    case bytes([UInt8])
    /// `length` bytes of a spool file from `offset`, read as the network takes them.
    case file(SpoolFile, offset: UInt64, length: UInt64)

    /// In bytes.
    package var length: UInt64 {
        switch self {
        case .none: 0
        case .bytes(let bytes): UInt64(bytes.count)
        case .file(_, _, let length): length
        }
    }
}

/// One HTTP request. Its description and reflection leave the headers out, which may hold credentials, and the body.
package struct TransferRequest: Sendable, CustomStringConvertible, CustomReflectable {
    /// `GET`, `HEAD`, `PUT`, `POST` or `DELETE`.
    package var method: String
    /// Absolute, `http` or `https`, already percent-encoded: it is sent as it is.
    package var url: String
    /// Names and values; neither may hold CR, LF or NUL.
    package var headers: [(name: String, value: String)]
    package var body: TransferBody
    package var timeouts: TransferTimeouts
    /// A PEM file of certificate authorities to trust in place of the system's.
    package var caFile: String?

    package init(
        method: String, url: String, headers: [(name: String, value: String)] = [], body: TransferBody = .none,
        timeouts: TransferTimeouts = TransferTimeouts(), caFile: String? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeouts = timeouts
        self.caFile = caFile
    }

    package var description: String { "\(method) \(url)" }
    package var customMirror: Mirror { Mirror(self, children: ["method": method, "url": url]) }
}
