// DATE and DATE-TIME: a day, a time anywhere, a time in UTC, or a time in a named zone.

/// Seconds since 1 January 1970 on a clock on the wall: what a date and time are, whatever the zone. The clock knows no
/// daylight saving and no leap seconds.
package typealias WallSeconds = Int

/// A DATE or DATE-TIME value (RFC 5545 3.3.4, 3.3.5).
package struct CalendarTime: Hashable, Sendable {
    package enum Zone: Hashable, Sendable {
        /// A whole day.
        case date
        case floating
        case utc
        /// The TZID.
        case named(String)
    }

    package let wall: WallSeconds
    package let zone: Zone

    package init(wall: WallSeconds, zone: Zone) {
        self.wall = wall
        self.zone = zone
    }

    package var isDate: Bool { zone == .date }

    /// Reads `YYYYMMDD` or `YYYYMMDDTHHMMSS[Z]`.
    ///
    /// - Parameter timeZone: the TZID parameter.
    /// - Returns: nil for anything else, for a day or time that there is not, and for a UTC time with a TZID.
    package init?(_ text: some StringProtocol, timeZone: String? = nil) {
        let octets = Array(text.utf8)
        guard octets.count == 8 || octets.count == 15 || octets.count == 16,
            let year = octets.number(0, 4), let month = octets.number(4, 2), let day = octets.number(6, 2),
            let date = CivilDate(year: year, month: month, day: day)
        else { return nil }
        let midnight = date.daysSinceEpoch * 86_400
        guard octets.count > 8 else {
            self.init(wall: midnight, zone: .date)
            return
        }
        guard octets[8] == UInt8(ascii: "T"), let hour = octets.number(9, 2), let minute = octets.number(11, 2),
            let second = octets.number(13, 2), hour < 24, minute < 60, second <= 60
        else { return nil }
        // A leap second is taken as the one before it, as RFC 5545 3.3.12 has it for who knows none.
        let wall = midnight + hour * 3600 + minute * 60 + min(second, 59)
        if octets.count == 16 {
            guard octets[15] == UInt8(ascii: "Z"), timeZone == nil else { return nil }
            self.init(wall: wall, zone: .utc)
        } else {
            self.init(wall: wall, zone: timeZone.map { .named($0) } ?? .floating)
        }
    }

    /// As it is written; the TZID stands in a parameter.
    package var text: String {
        let days = wall.floorDivided(by: 86_400)
        let second = wall - days * 86_400
        let date = CivilDate(daysSinceEpoch: days)
        let day = "\(date.year.padded(4))\(date.month.padded(2))\(date.day.padded(2))"
        guard !isDate else { return day }
        let time = "T\((second / 3600).padded(2))\((second / 60 % 60).padded(2))\((second % 60).padded(2))"
        return day + time + (zone == .utc ? "Z" : "")
    }
}

extension Array where Element == UInt8 {
    /// The number that `count` digits write, from an index on that may lie beyond the end.
    func number(_ start: Int, _ count: Int) -> Int? {
        guard start + count <= self.count else { return nil }
        var number = 0
        for octet in self[start..<start + count] {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(octet) else { return nil }
            number = number * 10 + Int(octet - UInt8(ascii: "0"))
        }
        return number
    }
}

extension Int {
    /// With zeros before it.
    func padded(_ width: Int) -> String {
        let digits = String(self)
        return String(repeating: "0", count: Swift.max(0, width - digits.count)) + digits
    }
}
