import CalendarFormat
import DAVSyntax
import Hummingbird
import LightMailCore
import LightMailDaemon
import XMLSyntax

/// RFC 4791 7.10
enum FreeBusyReport {
    /// Periods of one answer.
    private static let most = 20_000

    static func answer(_ wanted: TimeRange, _ calendar: Calendar, _ request: DAVRequest) async throws -> DAVAnswer {
        let range = wanted.range
        let floating = try await FloatingZone(nil, calendar, request)
        var periods: [BusyPeriod] = []
        var room = most
        let rows = Int64(range.lowerBound)..<Int64(range.upperBound)
        try await Propfind.events(of: calendar, request, in: rows) { event in
            guard event.component == "VEVENT" || event.component == "VFREEBUSY" else { return }
            let octets = try await request.reading(event, in: calendar) { try await request.calendars.octets(of: $0) }
            guard let octets else { return }
            guard
                let object = try? CalendarObject(
                    octets: octets, floating: floating.zone, resolve: { ZoneCatalog.shared.zone($0) })
            else { throw StoreError(.corrupt, "event \(event.id)") }
            guard let found = BusyPeriods.periods(of: object, in: range) else { throw tooMuch }
            periods += found
            if periods.count > room {
                periods = BusyPeriods.merged(periods, in: range)
                guard periods.count <= most else { throw tooMuch }
                // Not with each that comes, when it is nearly full.
                room = periods.count + most
            }
        }
        let component = freeBusy(BusyPeriods.merged(periods, in: range), range)
        return DAVAnswer(
            .ok, headers: [.contentType: "text/calendar; charset=utf-8"], content: .bytes(component.encoded))
    }

    private static var tooMuch: DAVProblem {
        DAVProblem(
            .insufficientStorage, "there is too much in that time: ask for less",
            condition: XMLElement(.dav("number-of-matches-within-limits")))
    }

    private static func freeBusy(_ periods: [BusyPeriod], _ range: Range<Int>) -> CalendarComponent {
        func text(_ seconds: Int) -> String { CalendarTime(wall: seconds, zone: .utc).text }
        var busy = CalendarComponent(
            "VFREEBUSY",
            properties: [
                ContentLine("DTSTAMP", value: text(Int(Timestamp.now.seconds))),
                ContentLine("DTSTART", value: text(range.lowerBound)),
                ContentLine("DTEND", value: text(range.upperBound)),
            ])
        busy.properties += periods.map {
            ContentLine(
                "FREEBUSY", [CalendarParameter("FBTYPE", [$0.kind.rawValue])],
                value: "\(text($0.range.lowerBound))/\(text($0.range.upperBound))")
        }
        return CalendarComponent(
            "VCALENDAR",
            properties: [
                ContentLine("VERSION", value: "2.0"), ContentLine("PRODID", value: "-//LightMail//Calendar//EN"),
            ], components: [busy])
    }
}
