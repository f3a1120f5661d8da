// The moment of receipt as a header field prints it.

/// A moment in UTC as a `date-time` of RFC 5322 section 3.3. The clock is the caller's.
package struct TraceTime: Equatable, Sendable {
    /// Since 1970-01-01T00:00:00Z, without leap seconds; not before that, nor past the year 9999.
    package let seconds: Int64

    private static let lastSecond: Int64 = 253_402_300_799
    private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// Moments outside the printable range are moved to its nearest end.
    package init(secondsSinceEpoch: Int64) {
        seconds = min(max(secondsSinceEpoch, 0), Self.lastSecond)
    }

    /// `Tue, 24 Nov 2026 20:30:06 +0000`.
    package var encoded: String {
        let (days, rest) = seconds.quotientAndRemainder(dividingBy: 86_400)
        let (year, month, day) = Self.civil(daysSinceEpoch: days)
        func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let clock = "\(two(rest / 3_600)):\(two(rest / 60 % 60)):\(two(rest % 60))"
        return "\(Self.weekdays[Int(days % 7)]), \(day) \(Self.months[month - 1]) \(year) \(clock) +0000"
    }

    /// The proleptic Gregorian date. Years are counted from March, so that the leap day comes last in its year.
    private static func civil(daysSinceEpoch: Int64) -> (year: Int64, month: Int, day: Int64) {
        // 719,468 days lie between 0000-03-01 and 1970-01-01; an era is 400 years of 146,097 days.
        let (era, dayOfEra) = (daysSinceEpoch + 719_468).quotientAndRemainder(dividingBy: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        // March to July and August to December each run 31, 30, 31, 30, 31: 153 days in five months.
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = Int(monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9)
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}
