import CalendarFormat
import Testing

@Suite("Calendar objects")
struct CalendarObjectTests {
    @Test(
        "that RFC 5545 or RFC 4791 4.1 forbids are refused, with the line",
        arguments: [
            ("METHOD:REQUEST\nBEGIN:VEVENT\nUID:a\nDTSTAMP:20240101T000000Z\nDTSTART:20240101T000000Z\nEND:VEVENT", 4),
            ("BEGIN:VEVENT\nDTSTAMP:20240101T000000Z\nDTSTART:20240101T000000Z\nEND:VEVENT", 4),
            ("BEGIN:VEVENT\nUID:a\nDTSTART:20240101T000000Z\nEND:VEVENT", 4),
            ("BEGIN:VEVENT\nUID:a\nDTSTAMP:20240101T000000Z\nEND:VEVENT", 4),
            ("BEGIN:VEVENT\nUID:a\nDTSTAMP:20240101T000000Z\nDTSTART:20240230T000000Z\nEND:VEVENT", 7),
            ("BEGIN:VEVENT\nUID:a\nDTSTAMP:20240101T000000Z\nDTSTART;TZID=Nowhere:20240101T000000\nEND:VEVENT", 7),
            ("BEGIN:VEVENT\nUID:a\nDTSTAMP:20240101T000000Z\nDTSTART:20240102\nDTEND:20240101\nEND:VEVENT", 8),
            ("BEGIN:VEVENT\nUID:a\nDTSTAMP:20240101T000000Z\nDTSTART:20240102\nDTEND:20240103T000000\nEND:VEVENT", 8),
            ("BEGIN:VEVENT\nUID:a\nDTSTAMP:20240101T000000Z\nDTSTART:20240102\nDURATION:PT1H\nEND:VEVENT", 8),
            ("BEGIN:VEVENT\nUID:a\nDTSTAMP:20240101T000000Z\nDTSTART:20240102\nRRULE:FREQ=X\nEND:VEVENT", 8),
            ("BEGIN:VEVENT\nUID:a\nDTSTAMP:20240101T000000Z\nDTSTART:20240102\nSUMMARY:a\nSUMMARY:b\nEND:VEVENT", 9),
            (
                "BEGIN:VTODO\nUID:a\nDTSTAMP:20240101T000000Z\nEND:VTODO\nBEGIN:VTODO\nUID:b\nDTSTAMP:20240101T000000Z\nEND:VTODO",
                8
            ),
            (
                "BEGIN:VTODO\nUID:a\nDTSTAMP:20240101T000000Z\nEND:VTODO\nBEGIN:VTODO\nUID:a\nDTSTAMP:20240101T000000Z\nEND:VTODO",
                8
            ),
            (
                "BEGIN:VTODO\nUID:a\nDTSTAMP:20240101T000000Z\nEND:VTODO\nBEGIN:VJOURNAL\nUID:a\nDTSTAMP:20240101T000000Z\nEND:VJOURNAL",
                8
            ),
            ("BEGIN:VTODO\nUID:a\nDTSTAMP:20240101T000000Z\nBEGIN:VALARM\nACTION:AUDIO\nEND:VALARM\nEND:VTODO", 7),
            ("BEGIN:VTIMEZONE\nTZID:x\nEND:VTIMEZONE", 4), ("X-A:b", 1),
        ])
    func refused(body: String, line: Int) {
        #expect { try Self.object(body) } throws: { ($0 as? CalendarError)?.line == line }
    }

    @Test("tell their UID, kind and summary")
    func reads() throws {
        let object = try Self.object(
            "BEGIN:VEVENT\nUID:a-1\nDTSTAMP:20240101T000000Z\nDTSTART:20240102\nSUMMARY:Lunch\\, late\nEND:VEVENT")
        #expect(object.uid == "a-1")
        #expect(object.kind == .event)
        #expect(object.main.text("SUMMARY") == "Lunch, late")
        #expect(!object.recurs)
    }

    /// Each case: the component's lines after DTSTAMP, and the starts in UTC from 2024 to 2025, as they should be.
    @Test(
        "happen when they happen",
        arguments: [
            ("DTSTART:20240105T100000Z\nDURATION:PT1H", ["20240105T100000Z"]),
            ("DTSTART;VALUE=DATE:20240105", ["20240105T000000Z"]),
            // Over the change to summer time at nine in Berlin.
            (
                "DTSTART;TZID=Berlin:20240325T090000\nRRULE:FREQ=WEEKLY;COUNT=2",
                ["20240325T080000Z", "20240401T070000Z"]
            ),
            // The hour that there is not is taken with the offset before, as is the first of the two alike.
            ("DTSTART;TZID=Berlin:20240331T023000", ["20240331T013000Z"]),
            ("DTSTART;TZID=Berlin:20241027T023000", ["20241027T003000Z"]),
            (
                "DTSTART;TZID=Berlin:20240701T000000\nRRULE:FREQ=DAILY;UNTIL=20240702T220000Z",
                ["20240630T220000Z", "20240701T220000Z", "20240702T220000Z"]
            ),
            (
                "DTSTART:20240101T100000Z\nRRULE:FREQ=DAILY;COUNT=4\nEXDATE:20240102T100000Z,20240104T100000Z",
                ["20240101T100000Z", "20240103T100000Z"]
            ),
            (
                "DTSTART:20240101T100000Z\nRDATE:20240301T100000Z,20240101T100000Z",
                ["20240101T100000Z", "20240301T100000Z"]
            ),
            (
                "DTSTART:20240101T100000Z\nRDATE;VALUE=PERIOD:20240301T100000Z/PT2H",
                ["20240101T100000Z", "20240301T100000Z"]
            ),
            ("DTSTART:20200101T100000Z\nRRULE:FREQ=YEARLY;BYMONTH=6", ["20240601T100000Z"]),
            ("DTSTART;TZID=Known:20240101T100000", ["20240101T100000Z"]),
        ])
    func happens(lines: String, starts: [String]) throws {
        let object = try Self.object(
            "\(Self.berlin)\nBEGIN:VEVENT\nUID:a\nDTSTAMP:20240101T000000Z\n\(lines)\nEND:VEVENT")
        #expect(Self.starts(object) == starts)
        let extent = object.extent
        for occurrence in object.occurrences(in: Self.year).all {
            #expect(extent.start.map { $0 <= occurrence.startUTC } ?? true)
            #expect(extent.end.map { $0 >= occurrence.endUTC } ?? true)
        }
    }

    @Test("are overridden one by one, and from one on")
    func overridden() throws {
        let main =
            "BEGIN:VEVENT\nUID:a\nDTSTAMP:20240101T000000Z\nDTSTART:20240101T100000Z\nRRULE:FREQ=DAILY;COUNT=4\nEND:VEVENT"
        let one =
            "BEGIN:VEVENT\nUID:a\nDTSTAMP:20240101T000000Z\nRECURRENCE-ID:20240102T100000Z\nDTSTART:20240102T150000Z\nEND:VEVENT"
        let later =
            "BEGIN:VEVENT\nUID:a\nDTSTAMP:20240101T000000Z\nRECURRENCE-ID;RANGE=THISANDFUTURE:20240103T100000Z\nDTSTART:20240103T120000Z\nEND:VEVENT"
        #expect(
            Self.starts(try Self.object("\(main)\n\(one)"))
                == ["20240101T100000Z", "20240102T150000Z", "20240103T100000Z", "20240104T100000Z"])
        #expect(
            Self.starts(try Self.object("\(main)\n\(one)\n\(later)"))
                == ["20240101T100000Z", "20240102T150000Z", "20240103T120000Z", "20240104T120000Z"])
    }

    @Test("are found by range as RFC 4791 9.9 says")
    func overlaps() throws {
        let hour = try Self.object(
            "BEGIN:VEVENT\nUID:a\nDTSTAMP:20240101T000000Z\nDTSTART:20240105T100000Z\nDTEND:20240105T110000Z\nEND:VEVENT"
        )
        let ten = try #require(CalendarTime("20240105T100000Z")).wall
        #expect(hour.occurrences(in: ten..<ten + 1).all.count == 1)
        #expect(hour.occurrences(in: ten - 10..<ten).all.isEmpty)
        #expect(hour.occurrences(in: ten + 3600..<ten + 7200).all.isEmpty)
        #expect(hour.occurrences(in: ten + 3599..<ten + 7200).all.count == 1)
        let moment = try Self.object(
            "BEGIN:VEVENT\nUID:a\nDTSTAMP:20240101T000000Z\nDTSTART:20240105T100000Z\nEND:VEVENT")
        #expect(moment.occurrences(in: ten..<ten + 1).all.count == 1)
        #expect(moment.occurrences(in: ten - 10..<ten).all.isEmpty)
    }

    @Test("that happen without end are cut at a bound")
    func bounded() throws {
        let object = try Self.object(
            "BEGIN:VEVENT\nUID:a\nDTSTAMP:20240101T000000Z\nDTSTART:20240101T100000Z\nRRULE:FREQ=SECONDLY\nEND:VEVENT")
        let found = object.occurrences(in: 0..<Int.max)
        #expect(found.isCut)
        #expect(found.all.count == CalendarObject.largestExpansion)
        #expect(object.extent.end == nil)
    }

    @Test("share one bound between their rules, and have few of them")
    func boundedTogether() throws {
        // A day that never comes takes all there is.
        let never = "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30\n"
        func event(_ rules: Int) -> String {
            "BEGIN:VEVENT\nUID:a\nDTSTAMP:20240101T000000Z\nDTSTART:19000101T100000Z\n"
                + String(repeating: never, count: rules) + "END:VEVENT"
        }
        let most = CalendarLimits().rules
        let found = try Self.object(event(most)).occurrences(in: 4_000_000_000..<Int.max)
        #expect(found.isCut && found.all.isEmpty)
        #expect(throws: CalendarError.self) { try Self.object(event(most + 1)) }
    }

    @Test("of many times an hour cost what they are")
    func boundedWithinAnHour() throws {
        let all = (0...59).map(String.init).joined(separator: ",")
        let rule = "FREQ=HOURLY;COUNT=999999999;BYMINUTE=\(all);BYSECOND=\(all)"
        var times = RecurrenceTimes(
            try RecurrenceRule(ContentLine("RRULE", value: rule)), start: 0, isDate: false, until: nil, budget: 10_000)
        var count = 0
        while times.next() != nil { count += 1 }
        #expect(times.isCut && (10_000..<20_000).contains(count))
    }

    @Test("have time zones of few rules")
    func boundedZones() throws {
        func zone(_ rules: Int) -> String {
            let rule = "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30\n"
            return
                "BEGIN:VTIMEZONE\nTZID:Z\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0100\n"
                + String(repeating: rule, count: rules) + "END:STANDARD\nEND:VTIMEZONE\n"
        }
        let event =
            "BEGIN:VEVENT\nUID:a\nDTSTAMP:20240101T000000Z\nDTSTART;TZID=Z:20240101T100000\nEND:VEVENT"
        let most = CalendarLimits().zoneRules
        #expect(Self.starts(try Self.object(zone(most) + event)) == ["20240101T090000Z"])
        #expect(throws: CalendarError.self) { try Self.object(zone(most + 1) + event) }
    }

    @Test(
        "in times that a zone turns round take no time", arguments: ["DTEND:20240331T030000", "DTEND:20240331T013000Z"])
    func turnedRound(end: String) throws {
        let text =
            "BEGIN:VEVENT\nUID:a\nDTSTAMP:20240101T000000Z\nDTSTART:20240331T023000\n\(end)\nEND:VEVENT"
        let berlin = try CalendarZones.only(in: try Self.calendar(Self.berlin))
        let object = try Self.object(text)
        let there = object.with(floating: berlin)
        #expect(there.occurrences(in: Self.year).all.allSatisfy { $0.endUTC >= $0.startUTC })
        let read = try CalendarObject(try Self.calendar(text), floating: berlin, resolve: { _ in nil })
        #expect(read.occurrences(in: Self.year).all.count == 1)
    }

    private static let year = 1_704_067_200..<1_735_689_600

    private static func starts(_ object: CalendarObject) -> [String] {
        object.occurrences(in: year).all.map { CalendarTime(wall: $0.startUTC, zone: .utc).text }
    }

    static let berlin = """
        BEGIN:VTIMEZONE
        TZID:Berlin
        BEGIN:DAYLIGHT
        DTSTART:19810329T020000
        TZOFFSETFROM:+0100
        TZOFFSETTO:+0200
        RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
        END:DAYLIGHT
        BEGIN:STANDARD
        DTSTART:19961027T030000
        TZOFFSETFROM:+0200
        TZOFFSETTO:+0100
        RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
        END:STANDARD
        END:VTIMEZONE
        """

    static func object(_ body: String) throws -> CalendarObject {
        try CalendarObject(try calendar(body)) { $0 == "Known" ? .utc : nil }
    }

    static func calendar(_ body: String) throws -> CalendarComponent {
        try CalendarParser.parse(
            Array("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//test//test\n\(body)\nEND:VCALENDAR\n".utf8))
    }
}
