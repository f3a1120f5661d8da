import LightMailCore
import Synchronization

/// When each account logged in last, as far as this process knows, for LOGIN-DELAY (RFC 2449 6.5).
final class LoginTimes: Sendable {
    /// Most accounts remembered. Beyond it those whose delay is over are forgotten, then all.
    private static let maximum = 100_000

    private let times = Mutex<[AccountID: ContinuousClock.Instant]>([:])

    /// Whether the account may log in now, `delay` after it last did; then the delay begins anew.
    func admit(_ account: AccountID, delay: Duration, at now: ContinuousClock.Instant = .now) -> Bool {
        guard delay > .zero else { return true }
        return times.withLock { times in
            if let last = times[account], now - last < delay { return false }
            if times.count >= Self.maximum {
                times = times.filter { now - $0.value < delay }
                if times.count >= Self.maximum { times.removeAll() }
            }
            times[account] = now
            return true
        }
    }
}
