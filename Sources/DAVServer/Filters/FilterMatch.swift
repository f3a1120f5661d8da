// Whether an object is what a query looks for (RFC 4791 9.7).

import CalendarFormat
import DAVSyntax
import LightMailCore

struct FilterMatch: Sendable {
    private let filter: ComponentFilter
    private let floating: FloatingZone
    /// Seconds since 1970 that narrow the search by the rows alone; nil where they cannot.
    let range: Range<Int64>?

    /// - Throws: `DAVProblem` supported-filter: times of alarms are not looked for.
    init(_ filter: ComponentFilter, floating: FloatingZone) throws {
        for component in filter.components {
            guard component.components.allSatisfy({ $0.timeRange == nil }) else {
                throw DAVProblem(.calDAV("supported-filter"), "a time range of alarms is not looked for")
            }
        }
        self.filter = filter
        self.floating = floating
        let ranges = filter.components.compactMap { $0.isAbsent ? nil : $0.timeRange?.range }
        range = ranges.first.map { Int64($0.lowerBound)..<Int64($0.upperBound) }
    }

    /// Whether an object of that component can match at all. Each is of one kind, so that one condition rules out others.
    func mayMatch(_ component: String) -> Bool {
        filter.components.allSatisfy { $0.isAbsent || $0.name == component || $0.name == "VTIMEZONE" }
    }

    /// - Throws: `StoreError` corrupt for what is no calendar object.
    func matches(_ octets: [UInt8]) throws -> Bool {
        let object: CalendarObject
        do throws(CalendarError) {
            object = try CalendarObject(
                octets: octets, floating: floating.zone, resolve: { ZoneCatalog.shared.zone($0) })
        } catch {
            throw StoreError(.corrupt, "a calendar object: \(error.message)")
        }
        return matches(filter, object.calendar, object)
    }

    private func matches(_ filter: ComponentFilter, _ component: CalendarComponent, _ object: CalendarObject) -> Bool {
        filter.properties.allSatisfy { matches($0, component, object) }
            && filter.components.allSatisfy { matchesAny($0, of: component, object) }
    }

    /// Whether one of the components within another is what a condition asks for.
    private func matchesAny(
        _ filter: ComponentFilter, of parent: CalendarComponent, _ object: CalendarObject
    ) -> Bool {
        let named = parent.components.filter { $0.name == filter.name }
        if filter.isAbsent { return named.isEmpty }
        var inTime: Set<Int>?
        if let range = filter.timeRange { inTime = ComponentTimes(object).lines(in: range, of: filter.name) }
        return named.contains { component in
            (inTime?.contains(component.line) ?? true) && matches(filter, component, object)
        }
    }

    private func matches(_ filter: PropertyFilter, _ component: CalendarComponent, _ object: CalendarObject) -> Bool {
        let lines = component.all(filter.name)
        if filter.isAbsent { return lines.isEmpty }
        return lines.contains { line in
            if let text = filter.text, !text.matches(CalendarText.unescaped(line.value)) { return false }
            if let range = filter.timeRange {
                // RFC 4791 9.9: a time within the range.
                guard let time = CalendarTime(line.value, timeZone: line["TZID"]),
                    range.range.contains(object.zones.utc(time))
                else { return false }
            }
            return filter.parameters.allSatisfy { matches($0, line) }
        }
    }

    private func matches(_ filter: ParameterFilter, _ line: ContentLine) -> Bool {
        let parameters = line.parameters.filter { $0.name == filter.name }
        if filter.isAbsent { return parameters.isEmpty }
        guard let text = filter.text else { return !parameters.isEmpty }
        return parameters.contains { $0.values.contains { text.matches($0) } }
    }
}
