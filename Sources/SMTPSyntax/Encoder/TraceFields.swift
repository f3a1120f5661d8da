// The header fields a receiving server puts before a message (RFC 5321 section 4.4).

/// What Return-Path and Received say about one message.
package struct TraceFields: Sendable {
    package var reversePath: ReversePath
    /// What the client called itself in LHLO, EHLO or HELO.
    package var client: Domain
    /// The client's network address as seen by the server; nil over a UNIX socket.
    package var clientAddress: AddressLiteral?
    /// The name of this host.
    package var server: String
    package var transmission: TransmissionType
    /// The ID clause: an atom (RFC 5322 section 3.2.3) that also stands in the log.
    package var id: String
    /// When the message came in.
    package var receivedAt: TraceTime

    package init(
        reversePath: ReversePath, client: Domain, clientAddress: AddressLiteral?, server: String,
        transmission: TransmissionType, id: String, receivedAt: TraceTime
    ) {
        self.reversePath = reversePath
        self.client = client
        self.clientAddress = clientAddress
        self.server = server
        self.transmission = transmission
        self.id = id
        self.receivedAt = receivedAt
    }

    /// For final delivery, in this order, each field with its CRLF:
    ///
    ///     Return-path-line = "Return-Path:" FWS Reverse-path <CRLF>
    ///     Time-stamp-line  = "Received:" FWS Stamp <CRLF>
    package var encoded: String { "Return-Path: \(reversePath.encoded)\r\n\(received)" }

    /// The field of a server that passes the message on.
    package var received: String {
        let source = clientAddress.map { "\(client.encoded) (\($0.encoded))" } ?? client.encoded
        return """
            Received: from \(source)\r
            \tby \(server) with \(transmission.keyword) id \(id);\r
            \t\(receivedAt.encoded)\r

            """
    }
}
