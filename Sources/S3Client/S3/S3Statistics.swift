// What the client did, counted: the budgets of the design are asserted on these numbers.

import Synchronization

/// An operation of S3, named as the metric label `operation` names it.
package enum S3Operation: String, Sendable, CaseIterable {
    case put, get, head, delete
    case deleteObjects = "delete_objects"
    case list
    case createMultipart = "create_multipart"
    case uploadPart = "upload_part"
    case completeMultipart = "complete_multipart"
    case abortMultipart = "abort_multipart"
    case listMultipart = "list_multipart"
    case createBucket = "create_bucket"
    case headBucket = "head_bucket"
}

/// Counters of one client. Every HTTP request counts, a retried one again.
package final class S3Statistics: Sendable {
    /// All counters at one moment.
    package struct Snapshot: Sendable, Equatable {
        /// HTTP requests started, by operation; an operation never used is absent.
        package fileprivate(set) var requests: [S3Operation: UInt64] = [:]
        /// Operations that ended in an error, after retries, by operation.
        package fileprivate(set) var failures: [S3Operation: UInt64] = [:]
        /// Body bytes of requests that were answered.
        package fileprivate(set) var bytesSent: UInt64 = 0
        /// Body bytes of answers.
        package fileprivate(set) var bytesReceived: UInt64 = 0
        /// Requests beyond the first of their operation.
        package fileprivate(set) var retries: UInt64 = 0

        /// Requests of all operations.
        package var totalRequests: UInt64 { requests.values.reduce(0, +) }
    }

    private let counts = Mutex(Snapshot())

    /// The counters as they stand.
    package var snapshot: Snapshot { counts.withLock { $0 } }

    /// Requests of one operation.
    package func requests(_ operation: S3Operation) -> UInt64 {
        counts.withLock { $0.requests[operation, default: 0] }
    }

    func started(_ operation: S3Operation, isRetry: Bool) {
        counts.withLock {
            $0.requests[operation, default: 0] += 1
            if isRetry { $0.retries += 1 }
        }
    }

    func failed(_ operation: S3Operation) { counts.withLock { $0.failures[operation, default: 0] += 1 } }
    func sent(_ bytes: UInt64) { counts.withLock { $0.bytesSent += bytes } }
    func received(_ bytes: Int) { counts.withLock { $0.bytesReceived += UInt64(bytes) } }
}
