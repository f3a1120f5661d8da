// When the components of an object happen, as time ranges of queries mean it (RFC 4791 9.9).

import CalendarFormat
import DAVSyntax

struct ComponentTimes {
    private let object: CalendarObject

    init(_ object: CalendarObject) { self.object = object }

    /// The components of a name, by the lines that they begin at, that happen within a range. What cannot be told within the
    /// bounds of recurrences counts as happening: better one too many than one too few.
    func lines(in range: TimeRange, of name: String) -> Set<Int> {
        let components = object.calendar.components.filter { $0.name == name }
        switch name {
        case "VEVENT", "VJOURNAL":
            let occurrences = object.occurrences(in: range.range, limit: components.count == 1 ? 1 : 5_000)
            if occurrences.isCut { return Set(components.map(\.line)) }
            return Set(occurrences.all.map(\.component.line))
        case "VTODO":
            let occurrences = object.occurrences(in: range.range, limit: components.count == 1 ? 1 : 5_000)
            if occurrences.isCut { return Set(components.map(\.line)) }
            let recurring = Set(occurrences.all.map(\.component.line))
            return Set(components.filter { recurring.contains($0.line) || happens($0, in: range) }.map(\.line))
        case "VFREEBUSY":
            return Set(components.filter { overlaps($0, range) }.map(\.line))
        default:
            return Set(components.map(\.line))
        }
    }

    /// The table of RFC 4791 9.9 for a VTODO that does not recur.
    private func happens(_ todo: CalendarComponent, in range: TimeRange) -> Bool {
        guard !object.recurs else { return false }
        let (start, end) = (range.range.lowerBound, range.range.upperBound)
        let from = moment("DTSTART", of: todo)
        let due = moment("DUE", of: todo)
        if let from, due == nil, let duration = todo.property("DURATION").flatMap({ CalendarDuration($0.value) }) {
            let over = from + duration.wallSeconds
            return start <= over && (end > from || end >= over)
        }
        switch (from, due) {
        case (let from?, let due?): return (start < due || start <= from) && (end > from || end >= due)
        case (let from?, nil): return start <= from && end > from
        case (nil, let due?): return start < due && end >= due
        case (nil, nil): break
        }
        switch (moment("CREATED", of: todo), moment("COMPLETED", of: todo)) {
        case (let created?, let completed?):
            return (start <= created || start <= completed) && (end >= created || end >= completed)
        case (nil, let completed?): return start <= completed && end >= completed
        case (let created?, nil): return end > created
        case (nil, nil): return true
        }
    }

    /// A VFREEBUSY: by its own ends where it has them, else by its periods.
    private func overlaps(_ busy: CalendarComponent, _ range: TimeRange) -> Bool {
        if let start = moment("DTSTART", of: busy), let end = moment("DTEND", of: busy) {
            return range.range.lowerBound <= end && range.range.upperBound > start
        }
        return BusyPeriods.periods(of: busy, object).contains { $0.range.overlaps(range.range) }
    }

    private func moment(_ name: String, of component: CalendarComponent) -> Int? {
        guard let line = component.property(name), let time = CalendarTime(line.value, timeZone: line["TZID"]) else {
            return nil
        }
        return object.zones.utc(time)
    }
}
