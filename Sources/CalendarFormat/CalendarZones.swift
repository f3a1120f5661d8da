// The zones that an object's times are in: its own VTIMEZONEs, else those that a resolver knows by name.

/// Turns times of one object into UTC and back.
package struct CalendarZones: Sendable {
    private var own: [String: CalendarZone] = [:]
    private let resolve: ZoneResolver
    /// What floating times and whole days are in.
    package var floating: CalendarZone

    /// - Parameter floating: the zone of who asks (RFC 4791 5.2.2, 7.3).
    init(floating: CalendarZone, resolve: @escaping ZoneResolver) {
        self.floating = floating
        self.resolve = resolve
    }

    mutating func add(_ component: CalendarComponent, limits: CalendarLimits) throws(CalendarError) {
        guard let line = component.property("TZID") else {
            throw CalendarError(.missing("TZID"), line: component.line)
        }
        guard own[line.value] == nil else { throw CalendarError(.repeated("VTIMEZONE of a TZID"), line: line.line) }
        own[line.value] = try TimeZoneComponent.zone(component, limits: limits)
    }

    /// The zone of an object that holds one VTIMEZONE and nothing else (RFC 4791 5.2.2).
    ///
    /// - Throws: `CalendarError`
    package static func only(in calendar: CalendarComponent) throws(CalendarError) -> CalendarZone {
        guard calendar.components.count == 1, let component = calendar.components.first, component.name == "VTIMEZONE"
        else { throw CalendarError(.notOneObject("one VTIMEZONE is wanted"), line: calendar.line) }
        return try TimeZoneComponent.zone(component, limits: CalendarLimits())
    }

    func knows(_ name: String) -> Bool { own[name] != nil || resolve(name) != nil }

    func zone(of time: CalendarTime) -> CalendarZone {
        switch time.zone {
        case .utc: .utc
        case .date, .floating: floating
        case .named(let name): own[name] ?? resolve(name) ?? floating
        }
    }

    /// Seconds since 1970 in UTC; of a whole day, of its midnight.
    package func utc(_ time: CalendarTime) -> Int { zone(of: time).utc(ofWall: time.wall) }
}
