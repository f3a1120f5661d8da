// The one error of the S3 client: what went wrong, in which operation, without any secret.

/// Why an S3 operation failed.
///
/// `message` is for the log: it may hold the name of a host and the server's own words, never a credential or a body.
package struct S3Error: Error, Sendable, Equatable, CustomStringConvertible {
    /// What a caller can act on.
    package enum Kind: Sendable, Equatable {
        /// 404: the key, the bucket or the multipart upload is not there; `code` tells which, where the server says.
        case notFound
        /// 401 or 403: the credentials or the clock are wrong, or the policy refuses.
        case accessDenied
        /// The server could not be reached, dropped the connection, or answered 429 or 5xx, after all retries.
        case unavailable
        /// The connect, stall or total timeout passed, after all retries.
        case timeout
        /// The answer is not what was stored or asked for: its length, range, hash or form is wrong.
        case corrupt
        /// The Swift task was cancelled, or the client was shut down.
        case cancelled
        /// The server refuses the request as such: HTTP status and S3 error code.
        case rejected(status: Int, code: String)
        /// The request was never sent: an empty key, too many keys, a limit exceeded, a spool file that fails.
        case invalid
    }

    package let kind: Kind
    /// The operation that failed.
    package let operation: S3Operation
    /// The S3 error code (`NoSuchKey`), where the server gave one.
    package let code: String?
    /// One line for the log.
    package let message: String

    package init(_ kind: Kind, _ operation: S3Operation, code: String? = nil, message: String) {
        self.kind = kind
        self.operation = operation
        self.code = code
        self.message = message
    }

    package var description: String {
        "S3 \(operation.rawValue): \(kind)\(code.map { " (\($0))" } ?? ""): \(message)"
    }
}
