import CalendarFormat
import DAVSyntax
import LightMailCore
import Testing
import XMLSyntax

@testable import DAVServer

@Suite struct CalendarDataTests {
    private static let weekly = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//t//t", "BEGIN:VEVENT", "UID:u", "DTSTAMP:20240101T000000Z",
        "DTSTART;TZID=Europe/Berlin:20240105T100000", "DTEND;TZID=Europe/Berlin:20240105T110000",
        "RRULE:FREQ=WEEKLY;COUNT=4", "SUMMARY:plain", "END:VEVENT", "BEGIN:VEVENT", "UID:u",
        "DTSTAMP:20240101T000000Z", "RECURRENCE-ID;TZID=Europe/Berlin:20240112T100000",
        "DTSTART;TZID=Europe/Berlin:20240113T100000", "SUMMARY:moved", "END:VEVENT", "END:VCALENDAR", "",
    ].joined(separator: "\r\n")

    private func selected(_ inner: String) throws -> String {
        let text = "<C:calendar-data xmlns:C='urn:ietf:params:xml:ns:caldav'>\(inner)</C:calendar-data>"
        let wanted = try CalendarDataRequest(try XMLReader.read(Array(text.utf8)))
        let object = try CalendarObject(octets: Array(Self.weekly.utf8)) { ZoneCatalog.shared.zone($0) }
        return String(decoding: try CalendarData(wanted: wanted, floating: nil).selected(object).encoded, as: UTF8.self)
    }

    @Test func recurrencesAreExpandedInUTC() throws {
        let text = try selected("<C:expand start='20240106T000000Z' end='20240120T000000Z'/>")
        #expect(text.components(of: "DTSTART") == ["20240113T090000Z", "20240119T090000Z"])
        #expect(text.components(of: "RECURRENCE-ID") == ["20240112T090000Z", "20240119T090000Z"])
        #expect(text.components(of: "SUMMARY") == ["moved", "plain"])
        #expect(text.components(of: "DTEND") == ["20240119T100000Z"])
        #expect(!text.contains("RRULE") && !text.contains("TZID"))
    }

    @Test func moreThanIsMadeAtOnceIsRefused() throws {
        func expanded(_ description: Int, _ rule: String) throws -> CalendarComponent {
            let text = Self.weekly.replacing(
                "SUMMARY:plain", with: "SUMMARY:\(String(repeating: "x", count: description))"
            )
            .replacing("FREQ=WEEKLY;COUNT=4", with: rule)
            let object = try CalendarObject(octets: Array(text.utf8)) { ZoneCatalog.shared.zone($0) }
            return try CalendarExpansion.expanded(object, in: 1_704_067_200..<4_102_444_800)
        }
        #expect(try expanded(1, "FREQ=DAILY;COUNT=4999").components.count == 4_999)
        for (size, rule) in [(1, "FREQ=DAILY"), (900_000, "FREQ=DAILY;COUNT=100")] {
            #expect(throws: DAVProblem.self) { try expanded(size, rule) }
        }
    }

    @Test func aToDoWithoutATimeIsGivenAsItIs() throws {
        let text =
            Self.weekly.components(separatedBy: "BEGIN:VEVENT")[0]
            + "BEGIN:VTODO\r\nUID:u\r\nDTSTAMP:20240101T000000Z\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"
        let object = try CalendarObject(octets: Array(text.utf8)) { ZoneCatalog.shared.zone($0) }
        #expect(try CalendarExpansion.expanded(object, in: 0..<1) == object.calendar)
    }

    @Test func overridesAreLeftOutWhereTheyDoNotMatter() throws {
        let far = try selected("<C:limit-recurrence-set start='20240119T000000Z' end='20240120T000000Z'/>")
        #expect(far.components(of: "SUMMARY") == ["plain"])
        let near = try selected("<C:limit-recurrence-set start='20240112T000000Z' end='20240112T120000Z'/>")
        #expect(near.components(of: "SUMMARY") == ["plain", "moved"])
    }

    @Test func onlyWhatIsWantedIsGiven() throws {
        let text = try selected(
            "<C:comp name='VCALENDAR'><C:prop name='VERSION'/><C:comp name='VEVENT'><C:prop name='SUMMARY' novalue='yes'/>"
                + "<C:prop name='UID'/></C:comp></C:comp>")
        let event = "BEGIN:VEVENT\r\nUID:u\r\nSUMMARY:\r\nEND:VEVENT\r\n"
        #expect(text == "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n\(event)\(event)END:VCALENDAR\r\n")
    }

    @Test func busyTimeIsMergedAndCut() {
        func period(_ kind: BusyPeriod.Kind, _ range: Range<Int>) -> BusyPeriod { BusyPeriod(kind: kind, range: range) }
        let merged = BusyPeriods.merged(
            [period(.busy, 20..<30), period(.busy, 0..<10), period(.busy, 10..<15), period(.tentative, 12..<22)],
            in: 5..<25)
        #expect(merged == [period(.busy, 5..<15), period(.busy, 20..<25), period(.tentative, 12..<22)])
    }

    @Test func tokensReadAsTheyWereWritten() {
        for point in [
            CalendarSyncPoint(calendar: 7, modSeq: 9),
            CalendarSyncPoint(calendar: 7, modSeq: 9, knowsNothingBefore: 20),
        ] {
            #expect(SyncToken(SyncToken(point).text)?.point == point)
        }
        for text in ["", "data:,", "data:,1", "data:,1-x", "data:,1-2-3-4", "http://x/1-2", "data:,1--2"] {
            #expect(SyncToken(text) == nil, "\(text)")
        }
    }

    @Test func pathsNameTheirOwners() {
        #expect(DAVPlace(path: "/") == .root && DAVPlace(path: "/dav") == .root)
        #expect(DAVPlace(path: "/dav/calendars/a%40b/") == .home(owner: "a@b"))
        #expect(DAVPlace(path: "/dav/calendars/a@b/c/d.ics") == .event(owner: "a@b", calendar: "c", name: "d.ics"))
        for path in ["/x", "/dav/x/", "/dav/principals/a/b", "/dav/calendars/a/b/c/", "/dav/calendars/a/b/c/d"] {
            #expect(DAVPlace(path: path) == nil, "\(path)")
        }
    }
}

extension String {
    /// The values of the lines of a name.
    fileprivate func components(of name: String) -> [String] {
        split(separator: "\r\n").filter { $0.hasPrefix(name + ":") }.map { String($0.dropFirst(name.count + 1)) }
    }
}
