import CalendarFormat
import Foundation
import Testing

@Suite("Recurrence rules")
struct RecurrenceTests {
    /// What python-dateutil makes of hundreds of rules; scripts/generate-recurrences writes the table.
    @Test("make the times that dateutil makes")
    func agreesWithDateutil() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../Recurrences/dateutil.txt")
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        #expect(lines.count > 500)
        for line in lines {
            let fields = line.split(separator: "\t")
            let start = try #require(CalendarTime(fields[0]))
            let expected = fields[2].split(separator: ",").map(String.init)
            let made = try Self.times(String(fields[1]), from: start, count: expected.count)
            #expect(made == expected, "\(line)")
        }
    }

    @Test(
        "end where they end",
        arguments: [
            ("FREQ=DAILY;COUNT=3", 3), ("FREQ=DAILY;UNTIL=20240105T090000", 5), ("FREQ=DAILY;UNTIL=20240105T085959", 4),
            ("FREQ=DAILY;UNTIL=20231231T000000", 0), ("FREQ=MONTHLY;BYMONTHDAY=31;UNTIL=20240531T090000", 4),
            // There is no 30 February: only DTSTART is left.
            ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", 1), ("FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30", 1),
        ])
    func ends(rule: String, count: Int) throws {
        let start = try #require(CalendarTime("20240101T090000"))
        #expect(try Self.times(rule, from: start, count: 100).count == count)
    }

    @Test("pass over what lies before, and lose nothing after")
    func skips() throws {
        let start = try #require(CalendarTime("20240101T120000"))
        let wanted = try #require(CalendarTime("20250615T000000"))
        for rule in [
            "FREQ=SECONDLY;INTERVAL=7", "FREQ=MINUTELY;INTERVAL=11", "FREQ=HOURLY;INTERVAL=5;BYHOUR=3,9",
            "FREQ=DAILY;INTERVAL=3", "FREQ=WEEKLY;INTERVAL=3;BYDAY=MO,SU", "FREQ=MONTHLY;INTERVAL=5;BYDAY=-1FR",
            "FREQ=YEARLY;INTERVAL=4;BYMONTH=12",
        ] {
            let read = try RecurrenceRule(ContentLine("RRULE", value: rule))
            var skipped = RecurrenceTimes(read, start: start.wall, isDate: false, until: nil)
            skipped.skip(to: wanted.wall)
            var found = skipped.next()
            while let time = found, time < wanted.wall { found = skipped.next() }
            var whole = RecurrenceTimes(read, start: start.wall, isDate: false, until: nil, budget: .max)
            if rule.hasPrefix("FREQ=SECONDLY") {
                #expect(found.map { ($0 - start.wall) % 7 } == 0)
                #expect(found.map { $0 - wanted.wall < 7 } == true)
                continue
            }
            var expected = whole.next()
            while let time = expected, time < wanted.wall { expected = whole.next() }
            #expect(found == expected, "\(rule)")
        }
    }

    @Test(
        "that cannot be are refused",
        arguments: [
            "", "FREQ=NEVER", "COUNT=1", "FREQ=DAILY;COUNT=1;UNTIL=20240101", "FREQ=DAILY;FREQ=DAILY",
            "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;COUNT=0", "FREQ=DAILY;BYHOUR=24", "FREQ=DAILY;BYMONTH=13",
            "FREQ=DAILY;BYDAY=1MO", "FREQ=WEEKLY;BYMONTHDAY=1", "FREQ=DAILY;BYYEARDAY=1", "FREQ=MONTHLY;BYWEEKNO=1",
            "FREQ=DAILY;BYSETPOS=1", "FREQ=YEARLY;BYWEEKNO=1;BYDAY=1MO", "FREQ=DAILY;X-NEW=1",
            "FREQ=MONTHLY;BYMONTHDAY=0",
            "FREQ=MONTHLY;BYDAY=0MO", "FREQ=MONTHLY;BYDAY=54MO", "FREQ=DAILY;COUNT=99999999999", "FREQ=DAILY;",
        ])
    func refused(rule: String) {
        #expect(throws: CalendarError.self) {
            try RecurrenceRule(ContentLine("RRULE", value: rule, line: 7))
        }
    }

    @Test("without end are cut at the bound")
    func bounded() throws {
        let rule = try RecurrenceRule(
            ContentLine(
                "RRULE",
                value:
                    "FREQ=YEARLY;BYHOUR=\(Self.list(0...23));BYMINUTE=\(Self.list(0...59));BYSECOND=\(Self.list(0...59));BYDAY=MO,TU"
            ))
        var times = RecurrenceTimes(rule, start: 0, isDate: false, until: nil)
        var count = 0
        while times.next() != nil { count += 1 }
        #expect(times.isCut)
        #expect(count == 1)
    }

    private static func list(_ range: ClosedRange<Int>) -> String { range.map(String.init).joined(separator: ",") }

    private static func times(_ rule: String, from start: CalendarTime, count: Int) throws -> [String] {
        let read = try RecurrenceRule(ContentLine("RRULE", value: rule))
        var times = RecurrenceTimes(read, start: start.wall, isDate: false, until: read.until?.wall)
        var made: [String] = []
        while made.count < count, let time = times.next() {
            made.append(CalendarTime(wall: time, zone: .floating).text)
        }
        return made
    }
}
