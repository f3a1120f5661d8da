// What is due for a session when, by a clock that the test moves.

import LightMailDaemon
import NIOCore
import Testing

@testable import IMAPServer

@Suite struct SessionClockTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
    private let limits = {
        var limits = SessionLimits(IMAPSection())
        limits.loginTime = .seconds(60)
        limits.idleTime = .seconds(1800)
        limits.lagTime = .seconds(300)
        limits.heartbeat = .seconds(120)
        return limits
    }()

    private func clock() -> SessionClock {
        var clock = SessionClock()
        clock.isLoggedIn = true
        clock.lastActivity = start
        clock.lastOutput = start
        return clock
    }

    @Test func aHeartbeatIsDueOnceNothingWasSaidForItsTime() {
        var clock = clock()
        #expect(clock.due(at: start + .seconds(119), .idling, unsent: 0, limits) == .nothing)
        #expect(clock.due(at: start + .seconds(120), .idling, unsent: 0, limits) == .heartbeat)
        // News that went out just before is as good.
        clock.lastOutput = start + .seconds(119)
        #expect(clock.due(at: start + .seconds(120), .idling, unsent: 0, limits) == .nothing)
        #expect(clock.nextLook(after: start + .seconds(120), .idling, limits) == start + .seconds(239))
        #expect(clock.due(at: start + .seconds(239), .idling, unsent: 0, limits) == .heartbeat)
        // Between commands there is none, nor where there shall be none.
        #expect(clock.due(at: start + .seconds(900), .waiting, unsent: 0, limits) == .nothing)
        var silent = limits
        silent.heartbeat = nil
        #expect(clock.due(at: start + .seconds(900), .idling, unsent: 0, silent) == .nothing)
    }

    @Test func anIDLEThatBeginsAfterALookIsInTime() {
        var clock = clock()
        let next = clock.nextLook(after: start, .waiting, limits)
        #expect(next <= start + .seconds(120))
        // IDLE begins a second later; the look finds out when the heartbeat is due, to the second.
        clock.lastOutput = start + .seconds(1)
        #expect(clock.due(at: next, .idling, unsent: 0, limits) == .nothing)
        #expect(clock.nextLook(after: next, .idling, limits) == start + .seconds(121))
    }

    @Test func aHeartbeatIsNoActivityOfTheClient() {
        var clock = clock()
        clock.lastOutput = start + .seconds(1790)
        #expect(clock.due(at: start + .seconds(1800), .idling, unsent: 0, limits) == .farewell(.silence))
        #expect(clock.nextLook(after: start + .seconds(1795), .idling, limits) == start + .seconds(1800))
    }

    @Test func whoTakesNothingIsCutAndWhoTakesSomethingIsNot() {
        var clock = clock()
        clock.block(at: start, unsent: 200_000)
        #expect(clock.nextLook(after: start, .workingForClient, limits) <= start + .seconds(300))
        #expect(clock.due(at: start + .seconds(299), .workingForClient, unsent: 200_000, limits) == .nothing)
        #expect(clock.due(at: start + .seconds(300), .workingForClient, unsent: 199_999, limits) == .nothing)
        #expect(clock.due(at: start + .seconds(599), .workingForClient, unsent: 199_999, limits) == .nothing)
        #expect(clock.due(at: start + .seconds(600), .workingForClient, unsent: 199_999, limits) == .abandon(.lag))
        // In IDLE the answers stand too; there is no heartbeat to put behind them.
        #expect(clock.due(at: start + .seconds(600), .waiting, unsent: 199_999, limits) == .abandon(.lag))
        clock.unblock()
        #expect(clock.due(at: start + .seconds(700), .waiting, unsent: 0, limits) == .nothing)
    }

    @Test func theTimeToLogInEnds() {
        var clock = clock()
        clock.isLoggedIn = false
        #expect(clock.nextLook(after: start, .waiting, limits) == start + .seconds(60))
        #expect(clock.due(at: start + .seconds(59), .waiting, unsent: 0, limits) == .nothing)
        // The command at hand may end; then there is no other.
        #expect(clock.due(at: start + .seconds(60), .working, unsent: 0, limits) == .nothing)
        let next = clock.nextLook(after: start + .seconds(60), .working, limits)
        #expect(next <= start + .seconds(61))
        #expect(clock.due(at: next, .waiting, unsent: 0, limits) == .farewell(.login))
        #expect(clock.due(at: next, .workingForClient, unsent: 0, limits) == .abandon(.login))
        clock.lastActivity = start + .seconds(60)
        #expect(clock.due(at: start + .seconds(119), .closed, unsent: 10, limits) == .nothing)
        #expect(clock.due(at: start + .seconds(120), .closed, unsent: 10, limits) == .abandon(nil))
    }

    @Test func whoWaitsForTheServerIsNotSilent() {
        var clock = clock()
        #expect(clock.due(at: start + .seconds(1800), .working, unsent: 0, limits) == .nothing)
        #expect(clock.due(at: start + .seconds(1801), .waiting, unsent: 0, limits) == .nothing)
        #expect(clock.due(at: start + .seconds(3600), .workingForClient, unsent: 0, limits) == .abandon(.silence))
    }
}
