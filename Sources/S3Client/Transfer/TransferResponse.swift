// What a server answered: status and headers at once, the body as it comes.

/// Status and headers of an answer.
package struct TransferHead: Sendable {
    package let status: Int
    /// Names in lower case, in the order of the answer.
    package let headers: [(name: String, value: String)]

    /// The first header of a name, which is to be given in lower case.
    package func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}

/// An answer whose body is still to be read. Dropping it ends the transfer.
package struct TransferResponse: Sendable {
    package let head: TransferHead
    package let body: TransferredBody

    package var status: Int { head.status }
}

/// The body of an answer, for one reader. At most 256 KiB wait for it, however slow it is; meanwhile the server waits.
package final class TransferredBody: Sendable {
    private let exchange: Exchange

    init(exchange: Exchange) { self.exchange = exchange }

    deinit { exchange.cancel() }

    /// The next bytes, never empty; nil at the end of a complete body.
    package func next() async throws(TransferError) -> [UInt8]? { try await exchange.next() }

    /// The whole body, if it has no more than `limit` bytes; otherwise it throws `malformed` and ends the transfer.
    package func collect(limit: Int) async throws(TransferError) -> [UInt8] {
        var result: [UInt8] = []
        while let bytes = try await exchange.next() {
            guard result.count + bytes.count <= limit else {
                exchange.cancel()
                throw TransferError(.malformed, "the answer is longer than \(limit) bytes")
            }
            result += bytes
        }
        return result
    }
}
