import Testing

@testable import LightMailCore

@Suite("Calendars")
struct CalendarsTests {
    static func octets(_ uid: String, summary: String = "Lunch", more: String = "") -> [UInt8] {
        Array(
            """
            BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//test\r\nBEGIN:VEVENT\r\nUID:\(uid)\r\n\
            DTSTAMP:20240101T000000Z\r\nDTSTART;TZID=Europe/Berlin:20240105T120000\r\nSUMMARY:\(summary)\r\n\
            \(more)END:VEVENT\r\nEND:VCALENDAR\r\n
            """.utf8)
    }

    /// What an account uses, in octets.
    private func used(_ bench: StoreBench, _ account: Account) async throws -> Int64 {
        try await bench.store.database.read {
            try $0.script("SELECT used_bytes FROM accounts WHERE id = \(account.id.rawValue)")[0].rows[0][0].int64
        }
    }

    private func keys(_ bench: StoreBench) async throws -> [String] {
        try await bench.store.objects.list(prefix: "calendars/").objects.map(\.key)
    }

    @Test("keep events as they were sent, and count them")
    func keeps() async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("cal")
            let calendars = bench.store.calendars
            let administration = bench.store.administration
            let calendar = try await administration.calendar(try await calendars.create(account.id, name: "Work"))
            let octets = Self.octets("a@b", more: "RRULE:FREQ=DAILY;COUNT=3\r\n")
            let event = try await administration.calendarEvent(try await calendars.store(octets, in: calendar))
            #expect(event.uid == "a@b" && event.summary == "Lunch" && event.recurs && event.component == "VEVENT")
            #expect(try await calendars.octets(of: event) == octets)
            #expect(try await keys(bench).count == 1)
            #expect(try await used(bench, account) == Int64(octets.count))
            let large = Self.octets("big", more: "DESCRIPTION:\(String(repeating: "x", count: 50_000))\r\n")
            let big = try await administration.calendarEvent(try await calendars.store(large, in: calendar))
            #expect(try await calendars.octets(of: big) == large)
            await #expect { try await calendars.store(octets, in: calendar) } throws: {
                ($0 as? StoreError)?.kind == .alreadyExists
            }
            let counted = try await administration.calendar(calendar.id)
            #expect(counted.events == 2 && counted.bytes == Int64(octets.count + large.count))
            let found = try await administration.calendarEvents(
                in: counted, page: Page(), range: 1_704_000_000..<1_704_900_000)
            #expect(found.count == 2)
            #expect(try await administration.calendarEvents(in: counted, page: Page(), range: 0..<1).isEmpty)
            #expect(try await bench.findings().isEmpty)
        }
    }

    @Test("refuse what is wrong by its line, and what is beyond the quota")
    func refuses() async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("cal")
            let calendars = bench.store.calendars
            let id = try await calendars.create(account.id, name: "Work")
            let calendar = try await bench.store.administration.calendar(id)
            await #expect {
                try await calendars.store(Self.octets("a", more: "DTEND:never\r\n"), in: calendar)
            } throws: {
                ($0 as? StoreError)?.kind == .invalid("the calendar data is refused: line 9: invalid DTEND")
            }
            await #expect { try await calendars.create(account.id, name: "Work") } throws: {
                ($0 as? StoreError)?.kind == .alreadyExists
            }
            await #expect { try await calendars.create(AccountID(9_999_999), name: "Work") } throws: {
                ($0 as? StoreError)?.kind == .notFound
            }
            try await bench.run("UPDATE accounts SET quota_bytes = 10 WHERE id = \(account.id.rawValue)")
            await #expect { try await calendars.store(Self.octets("a"), in: calendar) } throws: {
                ($0 as? StoreError)?.kind == .overQuota
            }
            #expect(try await bench.store.administration.calendar(id).events == 0)
        }
    }

    @Test("let one of two change an event, and the other know")
    func conflicts() async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("cal")
            let calendars = bench.store.calendars
            let administration = bench.store.administration
            let calendar = try await administration.calendar(try await calendars.create(account.id, name: "Work"))
            let id = try await calendars.store(Self.octets("a"), in: calendar)
            let seen = try await administration.calendarEvent(id)
            let second = Self.octets("a", summary: "Dinner")
            #expect(try await calendars.store(second, in: calendar, replacing: seen) == id)
            await #expect { try await calendars.store(Self.octets("a"), in: calendar, replacing: seen) } throws: {
                ($0 as? StoreError)?.kind == .conflict("the event has changed meanwhile")
            }
            await #expect { try await calendars.delete(seen) } throws: {
                ($0 as? StoreError)?.kind == .conflict("the event has changed meanwhile")
            }
            let now = try await administration.calendarEvent(id)
            #expect(now.summary == "Dinner" && now.modSeq > seen.modSeq)
            #expect(try await used(bench, account) == Int64(second.count))
            // The first object has lost its event, and goes; the second stays, and so does who refers to it.
            try await bench.collect(bench.collector())
            #expect(try await calendars.octets(of: now) == second)
            #expect(try await keys(bench) == [now.object.key])
        }
    }

    @Test("bring back what was deleted, and collect it after the retention")
    func deletes() async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("cal")
            let calendars = bench.store.calendars
            let administration = bench.store.administration
            let calendar = try await administration.calendar(try await calendars.create(account.id, name: "Work"))
            let octets = Self.octets("a")
            let id = try await calendars.store(octets, in: calendar)
            try await calendars.delete(try await administration.calendarEvent(id))
            #expect(try await used(bench, account) == 0)
            #expect(
                try await administration.calendarEvents(in: calendar, page: Page(), deleted: true).map(\.id) == [id])
            try await bench.collect(bench.collector(retention: 3600))
            try await administration.restoreCalendarEvent(id, retention: 3600)
            #expect(try await used(bench, account) == Int64(octets.count))
            try await calendars.delete(try await administration.calendar(calendar.id))
            #expect(try await used(bench, account) == 0)
            await #expect(throws: StoreError.self) { try await administration.calendarEvent(id) }
            try await administration.restoreCalendar(calendar.id, retention: 3600)
            #expect(try await calendars.octets(of: try await administration.calendarEvent(id)) == octets)
            #expect(try await bench.findings().isEmpty)
            try await calendars.delete(try await administration.calendar(calendar.id))
            let report = try await bench.collect(bench.collector())
            #expect(report.calendars == 1 && report.calendarEvents == 1 && report.objects == 1)
            #expect(try await keys(bench).isEmpty)
            #expect(try await bench.count("calendars") == 0)
        }
    }

    @Test("go with their account, and orphans with the sweep")
    func collected() async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("cal")
            let calendars = bench.store.calendars
            let administration = bench.store.administration
            let calendar = try await administration.calendar(try await calendars.create(account.id, name: "Work"))
            for number in 0..<5 { _ = try await calendars.store(Self.octets("\(number)"), in: calendar) }
            let stray = bench.store.objects.upload(prefix: "calendars/", suffix: ".ics", contentType: "text/calendar")
            try await stray.write([1])
            _ = try await stray.finish()
            #expect(try await keys(bench).count == 6)
            let whole = try await administration.export(calendar, from: calendars)
            #expect(String(decoding: whole, as: UTF8.self).split(separator: "BEGIN:VEVENT").count == 6)
            try await bench.run(
                """
                UPDATE accounts SET live = NULL, deleted_at = UTC_TIMESTAMP() - INTERVAL 1 SECOND \
                WHERE id = \(account.id.rawValue)
                """)
            bench.ahead.withLock { $0 = 100_000 }
            try await bench.collect(bench.collector(batchSize: 2))
            #expect(try await keys(bench).isEmpty)
            #expect(try await bench.count("calendar_events") == 0)
            #expect(try await bench.count("accounts") == 0)
        }
    }
}
