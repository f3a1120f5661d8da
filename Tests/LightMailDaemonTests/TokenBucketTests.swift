import LightMailCore
import NIOCore
import Testing

@testable import LightMailDaemon

@Suite struct TokenBucketTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

    @Test func aBurstIsFreeAndWhatFollowsWaits() throws {
        let rate = try #require(TokenBucket.Rate(perSecond: 10, burst: 3))
        var bucket = TokenBucket()
        for _ in 0..<3 { #expect(bucket.take(at: start, rate) == .zero) }
        #expect(bucket.take(at: start, rate) == .milliseconds(100))
        // What was taken too early is paid first.
        #expect(bucket.take(at: start + .milliseconds(100), rate) == .milliseconds(100))
        #expect(!bucket.isFull(at: start + .milliseconds(499)))
        #expect(bucket.isFull(at: start + .milliseconds(500)))
        // It never holds more than it can.
        for _ in 0..<3 { #expect(bucket.take(at: start + .seconds(60), rate) == .zero) }
        #expect(bucket.take(at: start + .seconds(60), rate) == .milliseconds(100))
    }

    @Test func noRateIsNoLimit() {
        #expect(TokenBucket.Rate(perSecond: 0, burst: 3) == nil)
    }

    @Test func aNetworkHasOneBucket() throws {
        let buckets = NetworkBuckets(rate: TokenBucket.Rate(perSecond: 1, burst: 1))
        let first = IPAddress("2001:db8:1:2::1")
        let neighbour = IPAddress("2001:db8:1:2:ffff::9")
        #expect(buckets.take(first, at: start) == .zero)
        #expect(buckets.take(neighbour, at: start) == .seconds(1))
        #expect(buckets.take(IPAddress("2001:db8:1:3::1"), at: start) == .zero)
        for _ in 0..<5 {
            #expect(buckets.take(IPAddress("127.0.0.1"), at: start) == .zero)
            #expect(buckets.take(nil, at: start) == .zero)
        }
        let unlimited = NetworkBuckets(rate: nil)
        for _ in 0..<5 { #expect(unlimited.take(first, at: start) == .zero) }
    }

    @Test func anotherRateHoldsAtOnce() throws {
        let client = IPAddress("192.0.2.1")
        let buckets = NetworkBuckets(rate: nil)
        #expect(buckets.take(client, at: start) == .zero)
        buckets.change(rate: TokenBucket.Rate(perSecond: 1, burst: 1))
        #expect(buckets.take(client, at: start) == .zero)
        #expect(buckets.take(client, at: start) == .seconds(1))
        buckets.change(rate: nil)
        #expect(buckets.take(client, at: start) == .zero)
    }
}
