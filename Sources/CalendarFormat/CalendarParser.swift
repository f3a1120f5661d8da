// Octets to the components of one VCALENDAR; refuses what is not nested as it should be, and what is beyond a bound.

package enum CalendarParser {
    /// Reads one iCalendar object (RFC 5545 3.4).
    ///
    /// - Throws: `CalendarError`, with the line that is wrong.
    package static func parse(
        _ octets: [UInt8], limits: CalendarLimits = CalendarLimits()
    ) throws(CalendarError) -> CalendarComponent {
        var reader = try ContentLineReader(octets, limits: limits)
        var open: [CalendarComponent] = []
        var whole: CalendarComponent?
        while let line = try reader.next() {
            guard whole == nil else {
                throw CalendarError(.notOneObject("there is something after END:VCALENDAR"), line: line.line)
            }
            switch line.name {
            case "BEGIN":
                let component = CalendarComponent(line.value.trimmed, line: line.line)
                guard open.count < limits.depth else {
                    throw CalendarError(.tooMany("components in each other"), line: line.line)
                }
                guard !open.isEmpty || component.name == "VCALENDAR" else {
                    throw CalendarError(.expected("BEGIN:VCALENDAR"), line: line.line)
                }
                open.append(component)
            case "END":
                guard let component = open.popLast(), component.name == line.value.trimmed.uppercased() else {
                    throw CalendarError(.expected("the END of what was begun last"), line: line.line)
                }
                if open.isEmpty {
                    whole = component
                } else {
                    open[open.count - 1].components.append(component)
                }
            default:
                guard !open.isEmpty else { throw CalendarError(.expected("BEGIN:VCALENDAR"), line: line.line) }
                open[open.count - 1].properties.append(line)
            }
        }
        guard let whole else {
            throw CalendarError(.expected(open.last.map { "END:\($0.name)" } ?? "BEGIN:VCALENDAR"), line: reader.line)
        }
        return whole
    }
}

extension String {
    /// Without white space at either end.
    var trimmed: String {
        let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        guard let first = firstIndex(where: { !isSpace($0) }), let last = lastIndex(where: { !isSpace($0) }) else {
            return ""
        }
        return String(self[first...last])
    }
}
