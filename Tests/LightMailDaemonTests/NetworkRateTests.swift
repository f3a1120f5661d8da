import LightMailCore
import NIOCore
import Testing

@testable import LightMailDaemon

@Suite struct NetworkRateTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

    @Test func aNetworkIsCountedInAWindow() throws {
        let rate = NetworkRate(limit: 2, window: .seconds(10))
        let client = try #require(IPAddress("192.0.2.1"))
        let other = try #require(IPAddress("192.0.2.2"))
        #expect(rate.admit(client, at: start))
        #expect(rate.admit(client, at: start + .seconds(9)))
        #expect(!rate.admit(client, at: start + .seconds(9)))
        #expect(rate.admit(other, at: start + .seconds(9)))
        #expect(rate.admit(client, at: start + .seconds(10)))
    }

    @Test func anIPv6NetworkIsItsFirstHalf() throws {
        let rate = NetworkRate(limit: 1, window: .seconds(10))
        let first = try #require(IPAddress("2001:db8:1:2::1"))
        let neighbour = try #require(IPAddress("2001:db8:1:2:ffff::9"))
        let other = try #require(IPAddress("2001:db8:1:3::1"))
        #expect(rate.admit(first, at: start))
        #expect(!rate.admit(neighbour, at: start))
        #expect(rate.admit(other, at: start))
    }

    @Test func thisMachineIsNotCounted() {
        let rate = NetworkRate(limit: 1, window: .seconds(10))
        for _ in 0..<5 {
            #expect(rate.admit(nil, at: start))
            #expect(rate.admit(IPAddress("127.0.0.1"), at: start))
            #expect(rate.admit(IPAddress("::1"), at: start))
        }
        let unlimited = NetworkRate(limit: 0, window: .seconds(10))
        for _ in 0..<5 { #expect(unlimited.admit(IPAddress("192.0.2.1"), at: start)) }
    }

    @Test func anotherLimitHoldsAtOnce() {
        let client = IPAddress("192.0.2.1")
        let rate = NetworkRate(limit: 1, window: .seconds(10))
        #expect(rate.admit(client, at: start))
        #expect(!rate.admit(client, at: start))
        rate.change(limit: 3, window: .seconds(10))
        #expect(rate.admit(client, at: start))
        #expect(!rate.admit(client, at: start))
        rate.change(limit: 0, window: .seconds(10))
        #expect(rate.admit(client, at: start))
    }
}

@Suite struct AccountSessionsTests {
    @Test func aPlaceIsFreeOnceNobodyHoldsIt() {
        let sessions = AccountSessions(maximum: 2)
        var first = sessions.enter(AccountID(1))
        let second = sessions.enter(AccountID(1))
        #expect(first != nil && second != nil)
        #expect(sessions.enter(AccountID(1)) == nil)
        #expect(sessions.enter(AccountID(2)) != nil)
        first = nil
        first = sessions.enter(AccountID(1))
        #expect(first != nil)
        #expect(sessions.enter(AccountID(1)) == nil)
        withExtendedLifetime(second) {}
    }
}
