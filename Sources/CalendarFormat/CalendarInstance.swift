// One VEVENT, VTODO, VJOURNAL or VFREEBUSY with its times read; refuses times that contradict each other.

/// The length of an instance: whole days on the wall, then seconds that pass.
struct CalendarLength: Hashable, Sendable {
    var days = 0
    var seconds = 0
}

/// A component of an object, read: either what recurs, or what replaces one recurrence.
struct CalendarInstance: Sendable {
    let component: CalendarComponent
    /// DTSTART; nil where a VTODO or VJOURNAL has none.
    let start: CalendarTime?
    /// To DTEND, DUE, or by DURATION; nil where there is none of them.
    let length: CalendarLength?
    /// DUE without DTSTART.
    let due: CalendarTime?
    let rules: [RecurrenceRule]
    let dates: [CalendarTime]
    /// The lengths of those of `dates` that were written as periods.
    let periods: [CalendarTime: CalendarLength]
    let exceptions: [CalendarTime]
    let recurrenceID: CalendarTime?
    /// RANGE=THISANDFUTURE
    let coversLater: Bool

    /// - Throws: `CalendarError`, with the line that is wrong.
    init(
        _ component: CalendarComponent, zones: CalendarZones, limits: CalendarLimits
    ) throws(CalendarError) {
        self.component = component
        try Self.requireSingles(component)
        start = try Self.time("DTSTART", of: component, zones)
        let endLine = component.property("DTEND") ?? component.property("DUE")
        let end = try endLine.map { line throws(CalendarError) in try Self.time(line, zones) }
        due = start == nil ? end : nil
        length = try Self.length(component, start: start, end: end, endLine: endLine, zones)
        var rules: [RecurrenceRule] = []
        for line in component.all("RRULE") {
            guard start != nil else { throw CalendarError(.missing("DTSTART of what recurs"), line: line.line) }
            rules.append(try RecurrenceRule(line))
        }
        self.rules = rules
        var dates: [CalendarTime] = []
        var periods: [CalendarTime: CalendarLength] = [:]
        for line in component.all("RDATE") {
            for item in try Self.items(line, limits) {
                if line["VALUE"]?.uppercased() == "PERIOD" {
                    let (time, length) = try Self.period(item, line, zones)
                    dates.append(time)
                    periods[time] = length
                } else {
                    dates.append(try Self.time(item, line, zones))
                }
            }
        }
        self.dates = dates
        self.periods = periods
        var exceptions: [CalendarTime] = []
        for line in component.all("EXDATE") {
            for item in try Self.items(line, limits) { exceptions.append(try Self.time(item, line, zones)) }
        }
        self.exceptions = exceptions
        recurrenceID = try Self.time("RECURRENCE-ID", of: component, zones)
        coversLater = component.property("RECURRENCE-ID")?["RANGE"]?.uppercased() == "THISANDFUTURE"
    }

    var recurs: Bool { !rules.isEmpty || !dates.isEmpty }

    // MARK: Reading

    /// Properties that stand there once at most (RFC 5545 3.6.1 to 3.6.4).
    private static let singles: Set<String> = [
        "UID", "DTSTAMP", "DTSTART", "DTEND", "DUE", "DURATION", "RECURRENCE-ID", "CLASS", "CREATED", "DESCRIPTION",
        "GEO", "LAST-MODIFIED", "LOCATION", "ORGANIZER", "PRIORITY", "SEQUENCE", "STATUS", "SUMMARY", "TRANSP", "URL",
        "COMPLETED", "PERCENT-COMPLETE",
    ]

    private static func requireSingles(_ component: CalendarComponent) throws(CalendarError) {
        var seen: Set<String> = []
        for property in component.properties where singles.contains(property.name) {
            // A journal may have several descriptions (RFC 5545 3.6.3).
            if component.name == "VJOURNAL", property.name == "DESCRIPTION" { continue }
            guard seen.insert(property.name).inserted else {
                throw CalendarError(.repeated(property.name), line: property.line)
            }
        }
    }

    private static func items(_ line: ContentLine, _ limits: CalendarLimits) throws(CalendarError) -> [String] {
        let items = CalendarText.list(line.value)
        guard items.count <= limits.listValues else { throw CalendarError(.tooMany("dates"), line: line.line) }
        return items
    }

    private static func time(
        _ name: String, of component: CalendarComponent, _ zones: CalendarZones
    ) throws(CalendarError) -> CalendarTime? {
        guard let line = component.property(name) else { return nil }
        return try time(line, zones)
    }

    private static func time(_ line: ContentLine, _ zones: CalendarZones) throws(CalendarError) -> CalendarTime {
        try time(line.value, line, zones)
    }

    private static func time(
        _ text: String, _ line: ContentLine, _ zones: CalendarZones
    ) throws(CalendarError) -> CalendarTime {
        guard let time = CalendarTime(text, timeZone: line["TZID"]) else {
            throw CalendarError(.invalid(line.name), line: line.line)
        }
        let type = line["VALUE"]?.uppercased()
        if let type, type != "PERIOD", (type == "DATE") != time.isDate {
            throw CalendarError(.invalid("\(line.name): it is not of its type"), line: line.line)
        }
        if case .named(let name) = time.zone, !zones.knows(name) {
            throw CalendarError(.missing("VTIMEZONE of a TZID"), line: line.line)
        }
        return time
    }

    ///     period     = date-time "/" date-time / date-time "/" dur-value
    private static func period(
        _ text: String, _ line: ContentLine, _ zones: CalendarZones
    ) throws(CalendarError) -> (CalendarTime, CalendarLength) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw CalendarError(.invalid("period"), line: line.line) }
        let start = try time(String(parts[0]), line, zones)
        if let duration = CalendarDuration(parts[1]), duration.wallSeconds >= 0 {
            return (start, CalendarLength(days: duration.days, seconds: duration.seconds))
        }
        let end = try time(String(parts[1]), line, zones)
        let seconds = seconds(from: start, to: end, zones)
        guard seconds >= 0 else { throw CalendarError(.invalid("period"), line: line.line) }
        return (start, CalendarLength(seconds: seconds))
    }

    /// What passes between two times; less than nothing where the end is before the start. A zone that is not theirs alone, or an hour
    /// that the wall leaves out, may turn them round: then no time passes.
    private static func seconds(from start: CalendarTime, to end: CalendarTime, _ zones: CalendarZones) -> Int {
        let passed = zones.utc(end) - zones.utc(start)
        let mayTurn = start.zone == end.zone ? end.wall >= start.wall : [start.zone, end.zone].contains(.floating)
        return passed < 0 && mayTurn ? 0 : passed
    }

    /// RFC 5545 3.8.2.2, 3.8.2.3, 3.8.2.5. An end at the start, which the text forbids, is taken as many programs write
    /// it; one before it is refused.
    private static func length(
        _ component: CalendarComponent, start: CalendarTime?, end: CalendarTime?, endLine: ContentLine?,
        _ zones: CalendarZones
    ) throws(CalendarError) -> CalendarLength? {
        if let line = component.property("DURATION") {
            guard endLine == nil else {
                throw CalendarError(.invalid("DURATION beside an end"), line: line.line)
            }
            guard let duration = CalendarDuration(line.value), duration.wallSeconds >= 0 else {
                throw CalendarError(.invalid("DURATION"), line: line.line)
            }
            if component.name != "VFREEBUSY", start == nil {
                throw CalendarError(.missing("DTSTART beside DURATION"), line: line.line)
            }
            if start?.isDate == true, duration.seconds != 0 {
                throw CalendarError(.invalid("DURATION: whole days are wanted"), line: line.line)
            }
            return CalendarLength(days: duration.days, seconds: duration.seconds)
        }
        guard let start, let end, let endLine else { return nil }
        guard start.isDate == end.isDate else {
            throw CalendarError(.invalid("\(endLine.name): it is of another type than DTSTART"), line: endLine.line)
        }
        let length =
            start.isDate
            ? CalendarLength(days: (end.wall - start.wall) / 86_400)
            : CalendarLength(seconds: seconds(from: start, to: end, zones))
        guard length.days >= 0, length.seconds >= 0 else {
            throw CalendarError(.invalid("\(endLine.name) before DTSTART"), line: endLine.line)
        }
        return length
    }
}
