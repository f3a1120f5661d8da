// What one calendar object resource holds: one UID, one type of component, its zones; refuses what RFC 4791 4.1 forbids.

/// A calendar object resource (RFC 4791 4.1), read and found valid.
package struct CalendarObject: Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        case event = "VEVENT"
        case todo = "VTODO"
        case journal = "VJOURNAL"
        case freeBusy = "VFREEBUSY"
    }

    package let calendar: CalendarComponent
    package let kind: Kind
    package let uid: String
    package private(set) var zones: CalendarZones
    let instances: [CalendarInstance]

    /// - Parameters:
    ///   - floating: the zone of floating times and whole days.
    ///   - resolve: finds zones that the object names and does not bring along.
    /// - Throws: `CalendarError`, with the line that is wrong.
    package init(
        _ calendar: CalendarComponent, limits: CalendarLimits = CalendarLimits(), floating: CalendarZone = .utc,
        resolve: @escaping ZoneResolver
    ) throws(CalendarError) {
        try Self.requireHead(calendar)
        var zones = CalendarZones(floating: floating, resolve: resolve)
        try Self.requireFewZoneRules(calendar, limits)
        for component in calendar.components where component.name == "VTIMEZONE" {
            try zones.add(component, limits: limits)
        }
        var kind: Kind?
        var uid: String?
        var instances: [CalendarInstance] = []
        for component in calendar.components where component.name != "VTIMEZONE" {
            guard let found = Kind(rawValue: component.name) else {
                throw CalendarError(.notOneObject("a component of an unknown type"), line: component.line)
            }
            guard kind == nil || kind == found else {
                throw CalendarError(.notOneObject("components of two types"), line: component.line)
            }
            guard let own = component.text("UID"), !own.isEmpty else {
                throw CalendarError(.missing("UID"), line: component.line)
            }
            guard uid == nil || uid == own else {
                throw CalendarError(.notOneObject("components of two UIDs"), line: component.line)
            }
            kind = found
            uid = own
            try Self.requireProperties(of: component)
            instances.append(try CalendarInstance(component, zones: zones, limits: limits))
            guard instances.reduce(0, { $0 + $1.rules.count }) <= limits.rules else {
                throw CalendarError(.tooMany("recurrence rules"), line: component.line)
            }
        }
        guard let kind, let uid else {
            throw CalendarError(.notOneObject("there is no event, to-do, journal or free-busy"), line: calendar.line)
        }
        try Self.requireDistinct(instances)
        self.calendar = calendar
        self.kind = kind
        self.uid = uid
        self.zones = zones
        self.instances = instances
    }

    /// Reads octets and checks them.
    ///
    /// - Throws: `CalendarError`.
    package init(
        octets: [UInt8], limits: CalendarLimits = CalendarLimits(), floating: CalendarZone = .utc,
        resolve: @escaping ZoneResolver
    ) throws(CalendarError) {
        try self.init(
            try CalendarParser.parse(octets, limits: limits), limits: limits, floating: floating, resolve: resolve)
    }

    /// The component that recurs, or the only one: the one without RECURRENCE-ID, else the first.
    package var main: CalendarComponent { mainInstance.component }

    package var recurs: Bool { instances.contains(where: \.recurs) }

    var mainInstance: CalendarInstance { instances.first { $0.recurrenceID == nil } ?? instances[0] }

    /// The same, with floating times in another zone.
    package func with(floating: CalendarZone) -> CalendarObject {
        var copy = self
        copy.zones.floating = floating
        return copy
    }

    // MARK: Checks

    private static func requireFewZoneRules(
        _ calendar: CalendarComponent, _ limits: CalendarLimits
    ) throws(CalendarError) {
        var rules = 0
        for zone in calendar.components where zone.name == "VTIMEZONE" {
            rules += zone.components.reduce(0) { $0 + $1.all("RRULE").count }
            guard rules <= limits.zoneRules else {
                throw CalendarError(.tooMany("rules of time zones"), line: zone.line)
            }
        }
    }

    /// RFC 5545 3.6, 3.7.3, 3.7.4; RFC 4791 4.1
    private static func requireHead(_ calendar: CalendarComponent) throws(CalendarError) {
        for name in ["VERSION", "PRODID"] {
            let lines = calendar.all(name)
            guard let first = lines.first else { throw CalendarError(.missing(name), line: calendar.line) }
            guard lines.count == 1 else { throw CalendarError(.repeated(name), line: lines[1].line) }
            guard name != "VERSION" || first.value.trimmed == "2.0" else {
                throw CalendarError(.invalid("VERSION: 2.0 is wanted"), line: first.line)
            }
        }
        if let scale = calendar.property("CALSCALE"), scale.value.trimmed.uppercased() != "GREGORIAN" {
            throw CalendarError(.invalid("CALSCALE"), line: scale.line)
        }
        if let method = calendar.property("METHOD") {
            throw CalendarError(.notOneObject("METHOD is for messages, not for what is stored"), line: method.line)
        }
    }

    /// RFC 5545 3.6.1 to 3.6.4, 3.6.6
    private static func requireProperties(of component: CalendarComponent) throws(CalendarError) {
        guard component.property("DTSTAMP") != nil else {
            throw CalendarError(.missing("DTSTAMP"), line: component.line)
        }
        if component.name == "VEVENT", component.property("DTSTART") == nil {
            throw CalendarError(.missing("DTSTART"), line: component.line)
        }
        for alarm in component.components where alarm.name == "VALARM" {
            for name in ["ACTION", "TRIGGER"] where alarm.property(name) == nil {
                throw CalendarError(.missing("\(name) of VALARM"), line: alarm.line)
            }
        }
    }

    private static func requireDistinct(_ instances: [CalendarInstance]) throws(CalendarError) {
        var seen: Set<CalendarTime?> = []
        for instance in instances where !seen.insert(instance.recurrenceID).inserted {
            throw CalendarError(
                .notOneObject("two components of the same recurrence"), line: instance.component.line)
        }
    }
}
