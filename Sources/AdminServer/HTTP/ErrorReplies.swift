import Hummingbird
import LightMailCore
import NIOCore

// The one place where the core's errors become replies of HTTP. Details go to the log, not to the client.

extension Problem {
    /// Seconds after which another try is worth it.
    private static let patience = "10"

    init(_ error: any Error) {
        switch error {
        case let problem as Problem:
            self = problem
        case let error as StoreError:
            self.init(error)
        case is NIOTooManyBytesError:
            self.init(.contentTooLarge, "the body is too large")
        case let error as any HTTPResponseError:
            self.init(error.status, error.status == .notFound ? "there is no such path" : error.status.reasonPhrase)
        case is CancellationError:
            self.init(StoreError(.unavailable))
        default:
            self.init(.internalServerError, "a defect of ours; the log of the daemon has more")
        }
    }

    init(_ error: StoreError) {
        switch error.kind {
        case .notFound:
            self.init(.notFound, error.detail.isEmpty ? "there is no such thing" : "there is no \(error.detail)")
        case .forbidden:
            self.init(.forbidden, "a right is missing")
        case .alreadyExists:
            self.init(.conflict, error.detail.isEmpty ? "the name is taken" : "\(error.detail) exists already")
        case .invalid(let reason), .limit(let reason):
            self.init(.unprocessableContent, reason)
        case .conflict(let reason):
            self.init(.conflict, reason)
        case .inactive:
            self.init(.conflict, "the account is not active")
        case .overQuota:
            self.init(.conflict, "the quota would be exceeded")
        case .infected:
            self.init(.unprocessableContent, "the message contains a virus")
        case .unavailable:
            self.init(.serviceUnavailable, "MySQL or S3 does not answer", headers: [.retryAfter: Self.patience])
        case .corrupt:
            self.init(.internalServerError, "the object in S3 is not what was stored")
        case .internal:
            self.init(.internalServerError, "a defect of ours; the log of the daemon has more")
        }
    }
}
