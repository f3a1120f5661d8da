// DURATION and UTC-OFFSET: lengths of time, bounded so that sums never overflow.

/// A DURATION (RFC 5545 3.3.6). Weeks and days are nominal: a day is one day on the calendar, whatever hours it has.
package struct CalendarDuration: Hashable, Sendable {
    /// Days, with weeks counted in; of the same sign as `seconds`.
    package let days: Int
    package let seconds: Int

    package init(days: Int = 0, seconds: Int = 0) {
        self.days = days
        self.seconds = seconds
    }

    /// On the clock on the wall.
    package var wallSeconds: Int { days * 86_400 + seconds }

    ///     dur-value  = (["+"] / "-") "P" (dur-date / dur-time / dur-week)
    ///
    /// - Returns: nil for anything else, and for a number of more than seven digits.
    package init?(_ text: some StringProtocol) {
        var rest = Substring(text).utf8
        var isNegative = false
        if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            isNegative = sign == UInt8(ascii: "-")
            rest = rest.dropFirst()
        }
        guard rest.first == UInt8(ascii: "P") else { return nil }
        rest = rest.dropFirst()
        var days = 0
        var seconds = 0
        var inTime = false
        var lastUnit = 0
        var hasValue = false
        while let first = rest.first {
            if first == UInt8(ascii: "T") {
                guard !inTime else { return nil }
                inTime = true
                hasValue = false
                rest = rest.dropFirst()
                continue
            }
            let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            guard (1...7).contains(digits.count), let number = Int(Substring(digits)) else { return nil }
            rest = rest.dropFirst(digits.count)
            guard let unit = rest.first else { return nil }
            rest = rest.dropFirst()
            let rank: Int
            switch (unit, inTime) {
            case (UInt8(ascii: "W"), false): (rank, days) = (1, days + number * 7)
            case (UInt8(ascii: "D"), false): (rank, days) = (2, days + number)
            case (UInt8(ascii: "H"), true): (rank, seconds) = (3, seconds + number * 3600)
            case (UInt8(ascii: "M"), true): (rank, seconds) = (4, seconds + number * 60)
            case (UInt8(ascii: "S"), true): (rank, seconds) = (5, seconds + number)
            default: return nil
            }
            guard rank > lastUnit else { return nil }
            lastUnit = rank
            hasValue = true
        }
        guard hasValue else { return nil }
        self.init(days: isNegative ? -days : days, seconds: isNegative ? -seconds : seconds)
    }
}

/// A UTC-OFFSET (RFC 5545 3.3.14).
enum UTCOffset {
    ///     utc-offset = ("+" / "-") time-hour time-minute [time-second]
    ///
    /// - Returns: seconds east of UTC; nil for anything else.
    static func seconds(_ text: String) -> Int? {
        let octets = Array(text.utf8)
        guard octets.count == 5 || octets.count == 7, let hours = octets.number(1, 2),
            let minutes = octets.number(3, 2),
            hours < 24, minutes < 60
        else { return nil }
        guard let seconds = octets.count == 7 ? octets.number(5, 2) : 0, seconds < 60 else { return nil }
        let offset = hours * 3600 + minutes * 60 + seconds
        switch octets[0] {
        case UInt8(ascii: "+"): return offset
        case UInt8(ascii: "-"): return -offset
        default: return nil
        }
    }
}
