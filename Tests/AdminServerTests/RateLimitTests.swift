import LightMailDaemon
import Synchronization
import Testing

@testable import AdminServer

/// The token bucket, on a clock of the test's own.
struct RateLimitTests {
    private final class Clock: Sendable {
        private let time = Mutex(ContinuousClock.now)

        func advance(by duration: Duration) { time.withLock { $0 += duration } }
        var now: ContinuousClock.Instant { time.withLock { $0 } }
    }

    @Test func refillsSteadily() throws {
        let clock = Clock()
        let limit = RateLimit(4, in: .seconds(60), now: { clock.now })
        let address = try #require(IPAddress("192.0.2.1"))
        #expect((0..<6).map { _ in limit.take(address) } == [true, true, true, true, false, false])
        #expect(limit.retryAfter == 15)
        clock.advance(by: .seconds(14))
        #expect(!limit.hasRoom(address))
        clock.advance(by: .seconds(1))
        #expect(limit.take(address))
        #expect(!limit.take(address))
        clock.advance(by: .seconds(3600))
        #expect((0..<5).map { _ in limit.take(address) } == [true, true, true, true, false])
    }

    @Test func anAddressIsCountedForItself() throws {
        let limit = RateLimit(1, in: .seconds(60))
        let first = try #require(IPAddress("2001:db8::1"))
        let neighbour = try #require(IPAddress("2001:db8::2"))
        let stranger = try #require(IPAddress("2001:db8:0:1::1"))
        #expect(limit.take(first))
        // A client of IPv6 has a whole /64 to send from.
        #expect(!limit.take(neighbour))
        #expect(limit.take(stranger))
        // A UNIX socket has no address and no limit.
        #expect((0..<3).allSatisfy { _ in limit.take(nil) })
    }

    @Test func zeroIsNoLimit() throws {
        let limit = RateLimit(0, in: .seconds(60))
        let address = try #require(IPAddress("192.0.2.1"))
        #expect((0..<1000).allSatisfy { _ in limit.take(address) })
    }

    @Test func anotherLimitHoldsAtOnce() throws {
        let limit = RateLimit(0, in: .seconds(60))
        let address = try #require(IPAddress("192.0.2.1"))
        #expect(limit.take(address))
        limit.change(2, in: .seconds(60))
        #expect((0..<3).map { _ in limit.take(address) } == [true, true, false])
        #expect(limit.retryAfter == 30)
        limit.change(0, in: .seconds(60))
        #expect(limit.take(address))
    }
}
