// The bounds of everything that is read from calendar data or made of it.

/// How much calendar data may hold. What is beyond is refused, or, for occurrences, cut with a mark.
package struct CalendarLimits: Sendable, Hashable {
    /// Octets of an object.
    package var octets = 1_048_576
    /// Octets of one content line, unfolded. An attachment within the data is one line.
    package var lineOctets = 1_048_576
    /// Content lines of an object.
    package var lines = 20_000
    /// Parameters of one line, and values of one parameter.
    package var parameters = 100
    /// Components in each other: VCALENDAR, VEVENT and VALARM are three.
    package var depth = 4
    /// Values of one list: a part of RRULE, the dates of RDATE or EXDATE on one line.
    package var listValues = 2_000
    /// Changes of offset that one time zone may have.
    package var transitions = 2_000
    /// Rules of one object. One is what an event should have (RFC 5545 3.8.5.3).
    package var rules = 16
    /// Rules of all its time zones together.
    package var zoneRules = 100

    package init() {}
}
