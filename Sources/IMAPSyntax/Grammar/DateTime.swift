// A moment with its zone, as INTERNALDATE and APPEND write it.

/// A moment, to the second, with the zone it was written in.
///
/// RFC 9051 9
///
///     date-time = DQUOTE date-day-fixed "-" date-month "-" date-year SP time SP zone DQUOTE
///     time      = 2DIGIT ":" 2DIGIT ":" 2DIGIT
///     zone      = ("+" / "-") 4DIGIT
package struct DateTime: Hashable, Sendable {
    package let date: CalendarDate
    /// 0 to 23.
    package let hour: Int
    /// 0 to 59.
    package let minute: Int
    /// 0 to 60, for leap seconds.
    package let second: Int
    /// Minutes east of UTC, within 99 hours 59 minutes either way, as the grammar allows.
    package let zoneMinutes: Int

    /// Nil when a part is out of its range.
    package init?(date: CalendarDate, hour: Int, minute: Int, second: Int, zoneMinutes: Int) {
        guard (0...23).contains(hour), (0...59).contains(minute), (0...60).contains(second),
            (-5999...5999).contains(zoneMinutes)
        else { return nil }
        self.date = date
        self.hour = hour
        self.minute = minute
        self.second = second
        self.zoneMinutes = zoneMinutes
    }

    /// The moment in seconds since 1970-01-01 00:00:00 UTC, without leap seconds.
    package var secondsSince1970: Int64 {
        Int64(date.daysSince1970) * 86_400 + Int64(hour * 3600 + (minute - zoneMinutes) * 60 + second)
    }

    /// The moment `seconds` after 1970-01-01 00:00:00 UTC, written in the zone `zoneMinutes` east of UTC; nil outside
    /// the years 0 to 9999.
    package init?(secondsSince1970 seconds: Int64, zoneMinutes: Int = 0) {
        guard (-5999...5999).contains(zoneMinutes) else { return nil }
        let (local, overflow) = seconds.addingReportingOverflow(Int64(zoneMinutes) * 60)
        // Nothing near the ends of Int64 falls in these years, and dividing with care for the sign cannot overflow.
        guard !overflow, local.magnitude < 1 << 40 else { return nil }
        let days = local >= 0 ? local / 86_400 : (local + 1) / 86_400 - 1
        let inDay = Int(local - days * 86_400)
        guard let date = CalendarDate(daysSince1970: Int(days)) else { return nil }
        self.init(
            date: date, hour: inDay / 3600, minute: inDay / 60 % 60, second: inDay % 60, zoneMinutes: zoneMinutes)
    }
}
