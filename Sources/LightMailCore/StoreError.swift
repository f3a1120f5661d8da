import MariaDBClient
import S3Client

/// The one error of the core: what kind of trouble it is, and a text fit for a log.
///
/// A protocol maps `kind` to its replies in one file; `detail` is for the log and never goes to a client.
package struct StoreError: Error, Sendable, CustomStringConvertible {
    /// What went wrong, as a protocol needs to tell it apart.
    package enum Kind: Sendable, Hashable {
        /// There is no such account, mailbox, message or domain, or it belongs to somebody else.
        case notFound
        /// An account may know of the mailbox, but lacks the right that this takes (RFC 4314 4).
        case forbidden
        /// The name is taken.
        case alreadyExists
        /// The value can never be accepted; the text says why and may be shown.
        case invalid(String)
        /// The account exists and may not be used.
        case inactive
        /// The account's storage or message quota would be exceeded.
        case overQuota
        /// A bound of the system would be exceeded: keywords of a mailbox, size of a message.
        case limit(String)
        /// The thing changed meanwhile, or is in use: another try may succeed.
        case conflict(String)
        /// The virus scanner found something in the message, and such are not taken.
        case infected
        /// MySQL, S3 or the virus scanner does not answer: another try later may succeed.
        case unavailable
        /// An object is not what was stored.
        case corrupt
        /// A defect of ours.
        case `internal`
    }

    package let kind: Kind
    package let detail: String

    package init(_ kind: Kind, _ detail: String = "") {
        self.kind = kind
        self.detail = detail
    }

    package var description: String {
        detail.isEmpty ? "\(kind)" : "\(kind): \(detail)"
    }

    /// Any error of a client, as the core sees it.
    package init(_ error: any Error) {
        switch error {
        case let error as StoreError:
            self = error
        case let error as DatabaseError:
            self.init(Self.kind(of: error), "\(error)")
        case let error as S3Error:
            self.init(Self.kind(of: error), "\(error)")
        case let error as TransferError:
            self.init(.unavailable, "\(error)")
        case is CancellationError:
            self.init(.unavailable, "cancelled")
        default:
            self.init(.internal, "\(error)")
        }
    }
}

extension StoreError {
    private static func kind(of error: DatabaseError) -> Kind {
        switch error.kind {
        case .unavailable, .timeout, .deadlock, .lockTimeout, .outcomeUnknown: .unavailable
        case .duplicateKey, .constraint, .query: .internal
        }
    }

    private static func kind(of error: S3Error) -> Kind {
        switch error.kind {
        case .notFound: error.code == "NoSuchBucket" ? .unavailable : .notFound
        case .accessDenied, .unavailable, .timeout, .cancelled: .unavailable
        case .corrupt: .corrupt
        case .rejected, .invalid: .internal
        }
    }
}

/// Runs `body` and gives every error out as a `StoreError`.
nonisolated(nonsending) func mapped<T>(_ body: nonisolated(nonsending) () async throws -> T) async throws(StoreError)
    -> T
{
    do {
        return try await body()
    } catch {
        throw StoreError(error)
    }
}
