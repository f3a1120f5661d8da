import NIOCore

/// A bucket of tokens that fills at an even rate: who takes one too many is told how long to wait.
///
/// It is kept as the one time at which it is full again, so that it costs a session eight bytes and no timer.
package struct TokenBucket: Sendable {
    /// How fast a bucket fills, and how many tokens it holds.
    package struct Rate: Sendable {
        fileprivate let interval: TimeAmount
        fileprivate let capacity: TimeAmount

        /// - Parameters:
        ///   - perSecond: tokens a second; 0 for no limit, which is nil.
        ///   - burst: tokens of a full bucket.
        package init?(perSecond: Int, burst: Int) {
            guard perSecond > 0 else { return nil }
            interval = .nanoseconds(max(1, 1_000_000_000 / Int64(perSecond)))
            capacity = .nanoseconds(interval.nanoseconds * Int64(max(1, burst)))
        }
    }

    private var fullAt = NIODeadline.uptimeNanoseconds(0)

    package init() {}

    /// Takes a token, one that is not there yet too.
    ///
    /// - Returns: How long to take no other; zero while there are some.
    package mutating func take(at now: NIODeadline, _ rate: Rate) -> TimeAmount {
        fullAt = max(fullAt, now) + rate.interval
        return max(.zero, fullAt - now - rate.capacity)
    }

    /// Whether it holds all the tokens that it can.
    package func isFull(at now: NIODeadline) -> Bool { fullAt <= now }
}
