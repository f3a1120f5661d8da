import NIOCore
import Synchronization

/// A bucket of tokens for the clients of each network, for all their sessions of this process. A network is an IPv4
/// address or the /64 of an IPv6 address; this machine, where webmail and proxies stand, has no limit.
package final class NetworkBuckets: Sendable {
    private struct State {
        var rate: TokenBucket.Rate?
        var buckets: [Network: TokenBucket] = [:]
    }

    private let state: Mutex<State>

    /// Networks known at once, about 100 bytes each.
    private static let maximumBuckets = 100_000

    /// - Parameter rate: of each network; nil for no limit.
    package init(rate: TokenBucket.Rate?) {
        state = Mutex(State(rate: rate))
    }

    /// Sets another rate, from now on.
    package func change(rate: TokenBucket.Rate?) {
        state.withLock { $0.rate = rate }
    }

    /// Takes a token.
    ///
    /// - Returns: How long to take no other; zero while there are some.
    package func take(_ address: IPAddress?, at now: NIODeadline) -> TimeAmount {
        guard let address, !address.isLoopback else { return .zero }
        return state.withLock { state in
            guard let rate = state.rate else { return .zero }
            let network = Network(of: address)
            if state.buckets[network] == nil, state.buckets.count >= Self.maximumBuckets {
                // A full one is as good as none.
                state.buckets = state.buckets.filter { !$0.value.isFull(at: now) }
                if state.buckets.count >= Self.maximumBuckets { state.buckets.removeAll() }
            }
            return state.buckets[network, default: TokenBucket()].take(at: now, rate)
        }
    }
}
