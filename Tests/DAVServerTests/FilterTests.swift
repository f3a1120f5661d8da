import CalendarFormat
import DAVSyntax
import Testing
import XMLSyntax

@testable import DAVServer

@Suite struct FilterTests {
    private static func object(_ kind: String, _ lines: String...) -> [UInt8] {
        let all =
            ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//t//t", "BEGIN:\(kind)", "UID:u", "DTSTAMP:20240101T000000Z"]
            + lines + ["END:\(kind)", "END:VCALENDAR", ""]
        return Array(all.joined(separator: "\r\n").utf8)
    }

    private func matches(_ octets: [UInt8], _ inner: String, in zone: CalendarZone = .utc) throws -> Bool {
        let body =
            "<C:calendar-query xmlns:C='urn:ietf:params:xml:ns:caldav'><C:filter><C:comp-filter name='VCALENDAR'>"
            + "\(inner)</C:comp-filter></C:filter></C:calendar-query>"
        guard case .query(let query) = try ReportRequest(try XMLReader.read(Array(body.utf8))) else { return false }
        return try FilterMatch(query.filter, floating: FloatingZone(zone: zone)).matches(octets)
    }

    private func range(_ name: String, _ start: String, _ end: String) -> String {
        "<C:comp-filter name='\(name)'><C:time-range start='\(start)' end='\(end)'/></C:comp-filter>"
    }

    @Test(arguments: [
        ("20240105T100000Z", "20240105T110000Z", true), ("20240105T090000Z", "20240105T100000Z", false),
        ("20240105T110000Z", "20240105T120000Z", false), ("20240105T103000Z", "20240105T104000Z", true),
        // The third Friday of a weekly rule with four.
        ("20240119T000000Z", "20240120T000000Z", true), ("20240202T000000Z", "20240203T000000Z", false),
    ])
    func eventsInTime(start: String, end: String, isFound: Bool) throws {
        let event = Self.object(
            "VEVENT", "DTSTART:20240105T100000Z", "DTEND:20240105T110000Z", "RRULE:FREQ=WEEKLY;COUNT=4")
        #expect(try matches(event, range("VEVENT", start, end)) == isFound)
        #expect(try !matches(event, range("VTODO", start, end)))
    }

    /// The rows of the table in RFC 4791 9.9, each with a range that it takes and one that it does not.
    @Test(arguments: [
        (["DTSTART:20240105T100000Z", "DURATION:PT1H"], "20240105T110000Z", "20240106T000000Z", true),
        (["DTSTART:20240105T100000Z", "DUE:20240105T110000Z"], "20240105T110000Z", "20240106T000000Z", false),
        (["DTSTART:20240105T100000Z", "DUE:20240105T110000Z"], "20240105T103000Z", "20240106T000000Z", true),
        (["DTSTART:20240105T100000Z"], "20240105T100000Z", "20240106T000000Z", true),
        (["DTSTART:20240105T100000Z"], "20240105T000000Z", "20240105T100000Z", false),
        (["DUE:20240105T110000Z"], "20240105T000000Z", "20240105T110000Z", true),
        (["DUE:20240105T110000Z"], "20240105T110000Z", "20240106T000000Z", false),
        (["COMPLETED:20240105T110000Z"], "20240105T110000Z", "20240106T000000Z", true),
        (["CREATED:20240105T110000Z"], "20240106T000000Z", "20240107T000000Z", true),
        (["CREATED:20240105T110000Z"], "20240101T000000Z", "20240105T110000Z", false),
        (["SUMMARY:never"], "20240105T110000Z", "20240106T000000Z", true),
    ])
    func todosInTime(lines: [String], start: String, end: String, isFound: Bool) throws {
        let all =
            ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//t//t", "BEGIN:VTODO", "UID:u", "DTSTAMP:20240101T000000Z"]
            + lines + ["END:VTODO", "END:VCALENDAR", ""]
        let todo = Array(all.joined(separator: "\r\n").utf8)
        #expect(try matches(todo, range("VTODO", start, end)) == isFound, "\(lines)")
    }

    @Test func wholeDaysAreInTheZoneOfWhoAsks() throws {
        let event = Self.object("VEVENT", "DTSTART;VALUE=DATE:20240105")
        let evening = range("VEVENT", "20240104T233000Z", "20240104T234500Z")
        #expect(try !matches(event, evening))
        #expect(try matches(event, evening, in: CalendarZone(initial: 3600, transitions: [])))
    }

    @Test(arguments: [
        ("<C:prop-filter name='SUMMARY'><C:text-match>LUNCH, with</C:text-match></C:prop-filter>", true),
        ("<C:prop-filter name='SUMMARY'><C:text-match collation='i;octet'>LUNCH</C:text-match></C:prop-filter>", false),
        ("<C:prop-filter name='SUMMARY'><C:text-match negate-condition='yes'>x</C:text-match></C:prop-filter>", true),
        ("<C:prop-filter name='LOCATION'><C:is-not-defined/></C:prop-filter>", true),
        ("<C:prop-filter name='SUMMARY'><C:is-not-defined/></C:prop-filter>", false),
        ("<C:prop-filter name='LOCATION'/>", false),
        (
            "<C:prop-filter name='ATTENDEE'><C:param-filter name='PARTSTAT'><C:text-match>NEEDS</C:text-match>"
                + "</C:param-filter></C:prop-filter>", true
        ),
        (
            "<C:prop-filter name='ATTENDEE'><C:param-filter name='PARTSTAT'><C:is-not-defined/></C:param-filter>"
                + "</C:prop-filter>", false
        ),
        ("<C:comp-filter name='VALARM'/>", true),
        ("<C:comp-filter name='VALARM'><C:is-not-defined/></C:comp-filter>", false),
        (
            "<C:prop-filter name='DTSTART'><C:time-range start='20240105T000000Z' end='20240106T000000Z'/></C:prop-filter>",
            true
        ),
    ])
    func propertiesAndParameters(condition: String, isFound: Bool) throws {
        let event = Self.object(
            "VEVENT", "DTSTART:20240105T100000Z", "SUMMARY:Lunch\\, with Ann",
            "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:a@example.org", "BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT5M",
            "END:VALARM")
        #expect(try matches(event, "<C:comp-filter name='VEVENT'>\(condition)</C:comp-filter>") == isFound)
    }

    @Test func theTimesOfAlarmsAreRefused() {
        let inner =
            "<C:comp-filter name='VEVENT'>" + range("VALARM", "20240105T000000Z", "20240106T000000Z")
            + "</C:comp-filter>"
        #expect(throws: DAVProblem.self) { try matches(Self.object("VEVENT", "DTSTART:20240105T100000Z"), inner) }
    }
}
