import LightMailDaemon
import Synchronization

/// So many things in a time from one address, refilled steadily (a token bucket). An IPv6 client has a /64 at least, so
/// that is one address here.
final class RateLimit: Sendable {
    private struct Bucket {
        var left: Double
        var at: ContinuousClock.Instant
    }

    private struct State {
        var limit: Double
        var window: Duration
        var buckets: [[UInt8]: Bucket] = [:]

        func refilled(_ bucket: Bucket, at now: ContinuousClock.Instant) -> Double {
            min(limit, bucket.left + (now - bucket.at) / window * limit)
        }
    }

    private let now: @Sendable () -> ContinuousClock.Instant
    private let state: Mutex<State>

    /// Addresses remembered; beyond them those that would be full are forgotten, and then all.
    private static let capacity = 65_536

    /// - Parameter limit: 0 for no limit.
    init(
        _ limit: Int, in window: Duration,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now }
    ) {
        state = Mutex(State(limit: Double(limit), window: window))
        self.now = now
    }

    /// Sets another limit, from now on.
    func change(_ limit: Int, in window: Duration) {
        state.withLock { state in
            state.limit = Double(limit)
            state.window = window
        }
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
        state.withLock { state in
            state.limit > 0 ? max(1, Int((state.window / .seconds(1) / state.limit).rounded(.up))) : 1
        }
    }

    private func change(_ address: IPAddress?, _ body: (inout Bucket) -> Bool) -> Bool {
        guard let address else { return true }
        let key = address.bytes.count == 16 ? Array(address.bytes[..<8]) : address.bytes
        let now = now()
        return state.withLock { state in
            guard state.limit > 0 else { return true }
            var bucket = state.buckets[key] ?? Bucket(left: state.limit, at: now)
            bucket.left = state.refilled(bucket, at: now)
            bucket.at = now
            defer { state.buckets[key] = bucket }
            if state.buckets.count >= Self.capacity, state.buckets[key] == nil {
                state.buckets = state.buckets.filter { state.refilled($0.value, at: now) < state.limit }
                if state.buckets.count >= Self.capacity { state.buckets = [:] }
            }
            return body(&bucket)
        }
    }
}
