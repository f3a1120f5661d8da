// The date of a message as its header gives it, and as SEARCH compares it.

/// A day of the calendar, as SENTON and its kin compare days: disregarding time and zone (RFC 9051 6.4.4).
package struct CalendarDay: Sendable, Hashable, Comparable {
    /// The year, 1 to 9999.
    package let year: Int
    /// The month, 1 to 12.
    package let month: Int
    /// The day of the month, from 1.
    package let day: Int

    /// The day, or nil if the calendar has no such day.
    package init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month), day >= 1,
            day <= Self.length(ofMonth: month, year: year)
        else { return nil }
        self.year = year
        self.month = month
        self.day = day
    }

    package static func < (left: Self, right: Self) -> Bool {
        (left.year, left.month, left.day) < (right.year, right.month, right.day)
    }

    /// The days from 1 January 1970 to this one, negative before it (proleptic Gregorian calendar).
    package var daysSinceEpoch: Int {
        // The year is taken to begin in March: then the leap day is its last.
        let years = month > 2 ? year : year - 1
        let months = month > 2 ? month - 3 : month + 9
        return years * 365 + years / 4 - years / 100 + years / 400 + (months * 153 + 2) / 5 + day - 1 - 719_468
    }

    private static func length(ofMonth month: Int, year: Int) -> Int {
        switch month {
        case 2: year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400)) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

/// The date and time of a Date field (RFC 5322 3.3).
package struct MailDate: Sendable, Hashable {
    /// Seconds since 1 January 1970, 00:00 UTC.
    package let seconds: Int64
    /// The zone's distance from UTC in minutes, positive to the east; 0 when the zone is unknown.
    package let zoneMinutes: Int
    /// The day as it was written, in the sender's zone.
    package let day: CalendarDay

    /// Reads an unfolded field value; nil when no date can be made of it.
    ///
    /// Besides RFC 5322 this takes the obsolete forms (section 4.3): zones by name, years of two and three digits,
    /// comments anywhere; and, because mail has them, a missing zone, missing time, full names of months, and the order
    /// of asctime ("Mon Jan 2 15:04:05 2006").
    package init?(_ value: [UInt8]) {
        guard let date = MailDateParser.parse(value) else { return nil }
        self = date
    }

    init(day: CalendarDay, secondOfDay: Int, zoneMinutes: Int) {
        self.day = day
        self.zoneMinutes = zoneMinutes
        seconds = Int64(day.daysSinceEpoch) * 86_400 + Int64(secondOfDay) - Int64(zoneMinutes) * 60
    }
}
