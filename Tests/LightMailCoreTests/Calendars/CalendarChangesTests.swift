import Testing

@testable import LightMailCore

@Suite("Changes of a calendar")
struct CalendarChangesTests {
    private func names(_ changes: CalendarChanges?) -> [String] {
        (changes?.changes ?? []).map { change in
            switch change {
            case .changed(let event): event.resource
            case .removed(let name): "-" + name
            }
        }
    }

    /// A calendar with `a` to `d`, of which `a` was deleted and `b` put anew.
    private func calendar(_ bench: StoreBench, _ account: Account) async throws -> Calendar {
        let calendars = bench.store.calendars
        _ = try await calendars.create(account.id, name: "Work", as: "work")
        let calendar = try #require(try await calendars.calendar("work", of: account.id))
        for name in ["a", "b", "c", "d"] {
            _ = try await calendars.store(CalendarsTests.octets(name), in: calendar, as: name)
        }
        try await calendars.delete(try #require(try await calendars.event("a", in: calendar)))
        let old = try #require(try await calendars.event("b", in: calendar))
        try await calendars.delete(old)
        _ = try await calendars.store(CalendarsTests.octets("b2"), in: calendar, as: "b")
        return try #require(try await calendars.calendar("work", of: account.id))
    }

    @Test("are told once each, oldest first, and a name that is there again is not told as gone")
    func changes() async throws {
        try await StoreBench.run { bench in
            let calendars = bench.store.calendars
            let calendar = try await calendar(bench, try await bench.account("a"))
            let start = CalendarSyncPoint(calendar: calendar.id, modSeq: 1)
            let all = try await calendars.changes(in: calendar, since: start, limit: 10)
            #expect(names(all) == ["c", "d", "-a", "b"])
            #expect(all?.point.modSeq == calendar.highestModSeq)
            let first = try await calendars.changes(in: calendar, since: nil, limit: 10)
            #expect(names(first) == ["c", "d", "b"])
            let none = try await calendars.changes(in: calendar, since: first?.point, limit: 10)
            #expect(names(none) == [] && none?.point == first?.point)
        }
    }

    @Test("can be read in parts from the beginning, where tombstones were collected, and not from before them")
    func parts() async throws {
        try await StoreBench.run { bench in
            let calendars = bench.store.calendars
            let account = try await bench.account("a")
            _ = try await calendar(bench, account)
            try await bench.run("UPDATE calendars SET collected_modseq = highest_modseq - 1")
            let calendar = try #require(try await calendars.calendar("work", of: account.id))
            var seen: [String] = []
            var point: CalendarSyncPoint?
            repeat {
                let part = try #require(try await calendars.changes(in: calendar, since: point, limit: 1))
                seen += names(part)
                point = part.point
                if !part.isTruncated { break }
            } while seen.count < 10
            #expect(seen == ["c", "d", "b"] && point?.modSeq == calendar.highestModSeq)
            let early = CalendarSyncPoint(calendar: calendar.id, modSeq: 2)
            #expect(try await calendars.changes(in: calendar, since: early, limit: 1) == nil)
            let later = CalendarSyncPoint(calendar: calendar.id, modSeq: calendar.highestModSeq + 1)
            #expect(try await calendars.changes(in: calendar, since: later, limit: 1) == nil)
            let other = CalendarSyncPoint(calendar: calendar.id + 1, modSeq: calendar.highestModSeq)
            #expect(try await calendars.changes(in: calendar, since: other, limit: 1) == nil)
        }
    }

    @Test("of a move are an end here and a beginning there, and nothing of what is used")
    func moves() async throws {
        try await StoreBench.run { bench in
            let calendars = bench.store.calendars
            let account = try await bench.account("a")
            let here = try await calendar(bench, account)
            _ = try await calendars.create(account.id, name: "Other", as: "other")
            let there = try #require(try await calendars.calendar("other", of: account.id))
            let event = try #require(try await calendars.event("c", in: here))
            _ = try await calendars.store(
                try await calendars.octets(of: event), in: there, as: "moved", moving: event)
            let now = try #require(try await calendars.calendar("work", of: account.id))
            let since = CalendarSyncPoint(calendar: here.id, modSeq: here.highestModSeq)
            #expect(names(try await calendars.changes(in: now, since: since, limit: 10)) == ["-c"])
            #expect(try await calendars.event("moved", in: there)?.uid == "c")
            #expect(now.events == here.events - 1)
            let stale = try #require(try await calendars.event("d", in: now))
            _ = try await calendars.store(CalendarsTests.octets("d", summary: "new"), in: now, replacing: stale)
            await #expect(throws: StoreError.self) {
                try await calendars.store(CalendarsTests.octets("d"), in: there, as: "d", moving: stale)
            }
            #expect(try await calendars.event("d", in: there) == nil)
            #expect(try await bench.findings() == [:])
        }
    }
}
