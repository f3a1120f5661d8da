// Recurrences as single components, and overrides where they matter.

import CalendarFormat
import DAVSyntax
import Hummingbird
import XMLSyntax

enum CalendarExpansion {
    /// Octets of all occurrences of an object together.
    private static let most = 4 * 1_048_576

    /// Each occurrence in a range as a component of its own, in UTC, without rules and zones (RFC 4791 9.6.5).
    ///
    /// - Throws: `DAVProblem` 507 where that would be more than is made at once.
    static func expanded(_ object: CalendarObject, in range: Range<Int>) throws(DAVProblem) -> CalendarComponent {
        var calendar = object.calendar
        // A to-do that has no time of its own happens at none.
        if object.kind == .todo, !object.recurs, object.main.property("DTSTART") == nil { return calendar }
        let occurrences = object.occurrences(in: range)
        let sizes = Dictionary(calendar.components.map { ($0.line, $0.encoded.count) }, uniquingKeysWith: max)
        let octets = occurrences.all.reduce(0) { $0 + (sizes[$1.component.line] ?? 0) }
        guard !occurrences.isCut, octets <= most else {
            throw DAVProblem(
                .insufficientStorage, "there are too many recurrences in that time: ask for less",
                condition: XMLElement(.dav("number-of-matches-within-limits")))
        }
        calendar.components = occurrences.all.map { occurrence in
            var component = occurrence.component
            let isDate = occurrence.start.isDate
            component.properties.removeAll { dropped.contains($0.name) }
            component.properties = component.properties.map { line in
                guard times.contains(line.name), let time = CalendarTime(line.value, timeZone: line["TZID"]),
                    !time.isDate
                else { return line }
                return ContentLine(line.name, value: utc(object.zones.utc(time)))
            }
            var lines = [line("DTSTART", occurrence.startUTC, occurrence.start, isDate: isDate)]
            let end = component.name == "VTODO" ? "DUE" : "DTEND"
            if component.name != "VJOURNAL", hasEnd(occurrence.component) {
                lines.append(
                    isDate
                        ? ContentLine(
                            end, [CalendarParameter("VALUE", ["DATE"])],
                            value: CalendarTime(
                                wall: occurrence.start.wall + (occurrence.endUTC - occurrence.startUTC + 43_200)
                                    / 86_400
                                    * 86_400,
                                zone: .date
                            ).text)
                        : ContentLine(end, value: utc(occurrence.endUTC)))
            }
            if let id = occurrence.recurrenceID {
                lines.append(line("RECURRENCE-ID", object.zones.utc(id), id, isDate: id.isDate))
            }
            component.properties += lines
            return component
        }
        return calendar
    }

    /// Without the overrides that neither happen in a range nor would have happened in it (RFC 4791 9.6.6).
    static func limited(_ object: CalendarObject, to range: Range<Int>) -> CalendarComponent {
        var calendar = object.calendar
        let happening = object.occurrences(in: range)
        guard !happening.isCut else { return calendar }
        let lines = Set(happening.all.map(\.component.line))
        calendar.components.removeAll { component in
            guard let line = component.property("RECURRENCE-ID"), !lines.contains(component.line),
                line["RANGE"] == nil, let time = CalendarTime(line.value, timeZone: line["TZID"])
            else { return false }
            return !range.contains(object.zones.utc(time))
        }
        return calendar
    }

    /// FREEBUSY only where it lies in a range (RFC 4791 9.6.7).
    static func busyLimited(
        _ calendar: CalendarComponent, _ object: CalendarObject, to range: Range<Int>
    ) -> CalendarComponent {
        var calendar = calendar
        for index in calendar.components.indices where calendar.components[index].name == "VFREEBUSY" {
            let whole = calendar.components[index]
            calendar.components[index].properties = whole.properties.filter { line in
                guard line.name == "FREEBUSY" else { return true }
                let alone = CalendarComponent("VFREEBUSY", properties: [line])
                return BusyPeriods.periods(of: alone, object).contains { $0.range.overlaps(range) }
            }
        }
        return calendar
    }

    private static let dropped: Set<String> = [
        "RRULE", "RDATE", "EXDATE", "EXRULE", "RECURRENCE-ID", "DTSTART", "DTEND", "DUE", "DURATION",
    ]
    /// Other times that are written in UTC too, as the zones are left out.
    private static let times: Set<String> = ["COMPLETED"]

    private static func hasEnd(_ component: CalendarComponent) -> Bool {
        ["DTEND", "DUE", "DURATION"].contains { component.property($0) != nil }
    }

    private static func utc(_ seconds: Int) -> String { CalendarTime(wall: seconds, zone: .utc).text }

    private static func line(_ name: String, _ seconds: Int, _ time: CalendarTime, isDate: Bool) -> ContentLine {
        isDate
            ? ContentLine(name, [CalendarParameter("VALUE", ["DATE"])], value: time.text)
            : ContentLine(name, value: utc(seconds))
    }
}
