import NIOCore
import Synchronization

/// A bucket of tokens for the clients of each network, for all their sessions of this process. A network is an IPv4
/// address or the /64 of an IPv6 address; this machine, where webmail and proxies stand, has no limit.
package final class NetworkBuckets: Sendable {
    private let rate: TokenBucket.Rate?
    private let buckets = Mutex<[Network: TokenBucket]>([:])

    /// Networks known at once, about 100 bytes each.
    private static let maximumBuckets = 100_000

    /// - Parameter rate: of each network; nil for no limit.
    package init(rate: TokenBucket.Rate?) {
        self.rate = rate
    }

    /// Takes a token.
    ///
    /// - Returns: How long to take no other; zero while there are some.
    package func take(_ address: IPAddress?, at now: NIODeadline) -> TimeAmount {
        guard let rate, let address, !address.isLoopback else { return .zero }
        return buckets.withLock { buckets in
            let network = Network(of: address)
            if buckets[network] == nil, buckets.count >= Self.maximumBuckets {
                // A full one is as good as none.
                buckets = buckets.filter { !$0.value.isFull(at: now) }
                if buckets.count >= Self.maximumBuckets { buckets.removeAll() }
            }
            return buckets[network, default: TokenBucket()].take(at: now, rate)
        }
    }
}
