// VTIMEZONE to a zone: every onset of its STANDARD and DAYLIGHT parts up to a bound.

/// RFC 5545 3.6.5
enum TimeZoneComponent {
    /// Onsets are made up to the end of this year. Later times have the offset that holds then.
    private static let lastYear = 2100

    /// - Throws: `CalendarError`, with the line that is wrong.
    static func zone(_ component: CalendarComponent, limits: CalendarLimits) throws(CalendarError) -> CalendarZone {
        let end = CivilDate.daysSinceEpoch(year: lastYear + 1, month: 1, day: 1) * 86_400
        var transitions: [CalendarZone.Transition] = []
        var initial: Int?
        var rules = 0
        for part in component.components where part.name == "STANDARD" || part.name == "DAYLIGHT" {
            let before = try offset("TZOFFSETFROM", of: part)
            let after = try offset("TZOFFSETTO", of: part)
            let (startLine, start) = try start(of: part)
            initial = initial ?? before
            var onsets = [start.wall]
            for line in part.all("RRULE") {
                rules += 1
                guard rules <= limits.zoneRules else {
                    throw CalendarError(.tooMany("rules of a time zone"), line: line.line)
                }
                let rule = try RecurrenceRule(line)
                var times = RecurrenceTimes(
                    rule, start: start.wall, isDate: false,
                    until: min(end, rule.until.map { $0.zone == .utc ? $0.wall + before : $0.wall } ?? end))
                while let onset = times.next(), onset < end, onsets.count <= limits.transitions { onsets.append(onset) }
            }
            for line in part.all("RDATE") {
                for text in CalendarText.list(line.value) {
                    guard let time = CalendarTime(text), !time.isDate else {
                        throw CalendarError(.invalid("RDATE"), line: line.line)
                    }
                    onsets.append(time.wall)
                }
            }
            transitions += Set(onsets).map { .init(utc: $0 - before, before: before, after: after) }
            guard transitions.count <= limits.transitions else {
                throw CalendarError(.tooMany("changes of a time zone"), line: startLine)
            }
        }
        guard let initial else {
            throw CalendarError(.missing("STANDARD or DAYLIGHT of VTIMEZONE"), line: component.line)
        }
        return CalendarZone(initial: initial, transitions: transitions)
    }

    private static func offset(_ name: String, of part: CalendarComponent) throws(CalendarError) -> Int {
        guard let line = part.property(name) else { throw CalendarError(.missing(name), line: part.line) }
        guard let seconds = UTCOffset.seconds(line.value) else {
            throw CalendarError(.invalid(name), line: line.line)
        }
        return seconds
    }

    private static func start(of part: CalendarComponent) throws(CalendarError) -> (line: Int, time: CalendarTime) {
        guard let line = part.property("DTSTART") else { throw CalendarError(.missing("DTSTART"), line: part.line) }
        guard let time = CalendarTime(line.value), time.zone == .floating else {
            throw CalendarError(.invalid("DTSTART: local time is wanted"), line: line.line)
        }
        return (line.line, time)
    }
}
