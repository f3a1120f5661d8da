// What daemons tell of themselves, and whom they are told to serve no more.

import Testing

@testable import LightMailCore

@Suite(.timeLimit(.minutes(3))) struct PresenceTests {
    private func daemon(_ id: String, _ kind: String = "imapd") -> DaemonRecord {
        DaemonRecord(
            id: id, kind: kind, host: "host", pid: 7, version: "1", startedAt: 1_700_000_000, connections: 3)
    }

    private func session(_ id: String, _ account: Account, beganAt: Int64 = 1_700_000_001) -> LiveSession {
        LiveSession(id: id, account: account.id, listener: "imaps", client: "192.0.2.1", beganAt: beganAt)
    }

    /// After all that a test does now.
    private let later: Int64 = 4_000_000_000

    @Test func aBeatIsOneRoundTrip() async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("a")
            let presence = bench.store.presence
            let began = (0..<Presence.batch).map { session("s\($0)", account) }
            let trips = try await bench.roundTrips {
                _ = try await presence.tell(daemon("d"), beat: 10, began: began, ended: [])
                _ = try await presence.tell(daemon("d"), beat: 10, began: [], ended: ["s0", "s1"])
            }
            #expect(trips == 2)
            let sessions = try await presence.sessions()
            #expect(sessions.count == Presence.batch - 2)
            let first = try #require(sessions.first { $0.id == "s2" })
            #expect(first.username == account.username && first.kind == "imapd" && first.host == "host")
            #expect(first.listener == "imaps" && first.client == "192.0.2.1" && first.beganAt == 1_700_000_001)
            #expect(try await presence.daemons().map(\.connections) == [3])
        }
    }

    @Test func filtersAndPages() async throws {
        try await StoreBench.run { bench in
            let (ann, bob) = (try await bench.account("ann"), try await bench.account("bob"))
            let presence = bench.store.presence
            _ = try await presence.tell(
                daemon("d1"), beat: 10, began: [session("s1", ann), session("s2", bob)], ended: [])
            _ = try await presence.tell(daemon("d2", "pop3d"), beat: 10, began: [session("s3", ann)], ended: [])
            func ids(_ filter: SessionFilter, _ page: Page<String> = Page()) async throws -> [String] {
                try await presence.sessions(filter, page: page).map(\.id)
            }
            #expect(try await ids(SessionFilter()) == ["s1", "s2", "s3"])
            #expect(try await ids(SessionFilter(account: try EmailAddress(ann.username))) == ["s1", "s3"])
            #expect(try await ids(SessionFilter(kind: "pop3d")) == ["s3"])
            #expect(try await ids(SessionFilter(daemon: "d1")) == ["s1", "s2"])
            #expect(try await ids(SessionFilter(), Page(limit: 1, after: "s1")) == ["s2"])
            #expect(try await ids(SessionFilter(), Page(limit: 2, offset: 1)) == ["s2", "s3"])
            try await presence.leave("d1")
            #expect(try await ids(SessionFilter()) == ["s3"])
            #expect(try await presence.daemons(all: true).map(\.id) == ["d2"])
        }
    }

    @Test func whoIsToEndIsTold() async throws {
        try await StoreBench.run { bench in
            let (ann, bob) = (try await bench.account("ann"), try await bench.account("bob"))
            let presence = bench.store.presence
            let began = [session("s1", ann), session("s2", bob), session("s3", bob)]
            _ = try await presence.tell(daemon("d"), beat: 10, began: began, ended: [])
            func ending() async throws -> Set<String> {
                Set(try await presence.tell(daemon("d"), beat: 10, began: [], ended: []).ending)
            }
            #expect(try await ending().isEmpty)
            try await presence.disconnect("s1")
            #expect(try await ending() == ["s1"])
            await #expect(throws: StoreError.self) { try await presence.disconnect("none") }
            // Another daemon hears nothing of it.
            #expect(try await presence.tell(daemon("e"), beat: 10, began: [], ended: []).ending.isEmpty)
            try await bench.store.accounts.setPassword(try EmailAddress(bob.username), password: Array("new".utf8))
            #expect(try await ending() == ["s1", "s2", "s3"])
            _ = try await presence.tell(daemon("d"), beat: 10, began: [], ended: ["s1", "s2", "s3"])
            #expect(try await ending().isEmpty)
        }
    }

    /// It began before the new password, and its daemon tells of it after.
    @Test func aNewPasswordEndsWhatIsNotToldYet() async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("a")
            let presence = bench.store.presence
            func tell(_ began: [LiveSession]) async throws -> Set<String> {
                Set(try await presence.tell(daemon("d"), beat: 10, began: began, ended: []).ending)
            }
            #expect(try await tell([]).isEmpty)
            try await bench.store.accounts.setPassword(try EmailAddress(account.username), password: Array("new".utf8))
            #expect(try await tell([session("s1", account), session("s2", account, beganAt: later)]) == ["s1"])
            // A beat whose COMMIT was not answered tells of the same once more.
            try await presence.disconnect("s2")
            #expect(try await tell([session("s2", account, beganAt: later)]) == ["s1", "s2"])
        }
    }

    /// Stopped or removed before its session was told of, or after.
    @Test func aStoppedAccountHasNoSessions() async throws {
        try await StoreBench.run { bench in
            let (ann, bob) = (try await bench.account("ann"), try await bench.account("bob"))
            let presence = bench.store.presence
            #expect(
                try await presence.tell(daemon("d"), beat: 10, began: [session("s1", ann)], ended: []).ending.isEmpty)
            try await bench.store.accounts.setActive(try EmailAddress(ann.username), false)
            try await bench.store.accounts.remove(try EmailAddress(bob.username))
            let ending = try await presence.tell(
                daemon("d"), beat: 10, began: [session("s2", ann), session("s3", bob)], ended: []
            ).ending
            #expect(Set(ending) == ["s1", "s2", "s3"])
            try await bench.store.accounts.setActive(try EmailAddress(ann.username), true)
            let domain = try #require(try await bench.store.administration.domains().first)
            try await presence.leave("d")
            #expect(
                try await presence.tell(daemon("d"), beat: 10, began: [session("s4", ann, beganAt: later)], ended: [])
                    .ending
                    .isEmpty)
            try await bench.store.administration.setActive(domain: domain.id, false)
            #expect(
                try await presence.tell(daemon("d"), beat: 10, began: [session("s5", ann)], ended: []).ending.count == 2
            )
        }
    }

    @Test func aSilentDaemonIsShownAndForgotten() async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("a")
            let presence = bench.store.presence
            _ = try await presence.tell(daemon("d"), beat: 10, began: [session("s1", account)], ended: [])
            try await bench.run("UPDATE daemons SET seen_at = UTC_TIMESTAMP() - INTERVAL 40 SECOND")
            #expect(try await presence.daemons().isEmpty)
            #expect(try await presence.daemons(all: true).map(\.isAlive) == [false])
            #expect(try await presence.sessions().isEmpty)
            try await bench.collect(bench.collector())
            #expect(try await presence.daemons(all: true).count == 1)
            try await bench.run("UPDATE daemons SET seen_at = UTC_TIMESTAMP() - INTERVAL 3700 SECOND")
            try await bench.collect(bench.collector())
            #expect(try await presence.daemons(all: true).isEmpty)
            #expect(try await bench.count("daemon_sessions") == 0)
            // It was away, not dead: it hears that all must be told anew.
            func isUnknown() async throws -> Bool {
                try await presence.tell(daemon("d"), beat: 10, began: [], ended: []).wasUnknown
            }
            #expect(try await isUnknown())
            #expect(try await !isUnknown())
        }
    }
}
