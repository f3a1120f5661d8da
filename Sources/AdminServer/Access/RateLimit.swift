import LightMailDaemon
import Synchronization

/// So many things in a time from one address, refilled steadily (a token bucket). An IPv6 client has a /64 at least, so
/// that is one address here.
final class RateLimit: Sendable {
    private struct Bucket {
        var left: Double
        var at: ContinuousClock.Instant
    }

    private let limit: Double
    private let window: Duration
    private let now: @Sendable () -> ContinuousClock.Instant
    private let buckets = Mutex<[[UInt8]: Bucket]>([:])

    /// Addresses remembered; beyond them those that would be full are forgotten, and then all.
    private static let capacity = 65_536

    /// - Parameter limit: 0 for no limit.
    init(
        _ limit: Int, in window: Duration,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now }
    ) {
        self.limit = Double(limit)
        self.window = window
        self.now = now
    }

    /// Takes one; false, and takes none, when there is none left.
    func take(_ address: IPAddress?) -> Bool {
        change(address) { bucket in
            guard bucket.left >= 1 else { return false }
            bucket.left -= 1
            return true
        }
    }

    /// Whether there is one left.
    func hasRoom(_ address: IPAddress?) -> Bool {
        change(address) { $0.left >= 1 }
    }

    /// Whole seconds until there is one again.
    var retryAfter: Int {
        limit > 0 ? max(1, Int((window / .seconds(1) / limit).rounded(.up))) : 1
    }

    private func change(_ address: IPAddress?, _ body: (inout Bucket) -> Bool) -> Bool {
        guard limit > 0, let address else { return true }
        let key = address.bytes.count == 16 ? Array(address.bytes[..<8]) : address.bytes
        let now = now()
        return buckets.withLock { buckets in
            var bucket = buckets[key] ?? Bucket(left: limit, at: now)
            bucket.left = refilled(bucket, at: now)
            bucket.at = now
            defer { buckets[key] = bucket }
            if buckets.count >= Self.capacity, buckets[key] == nil {
                buckets = buckets.filter { refilled($0.value, at: now) < limit }
                if buckets.count >= Self.capacity { buckets = [:] }
            }
            return body(&bucket)
        }
    }

    private func refilled(_ bucket: Bucket, at now: ContinuousClock.Instant) -> Double {
        min(limit, bucket.left + (now - bucket.at) / window * limit)
    }
}
