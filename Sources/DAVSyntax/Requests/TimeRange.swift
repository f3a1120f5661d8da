import XMLSyntax

/// A range of time with a start, an end or both (RFC 4791 9.9), in seconds since 1970 in UTC.
package struct TimeRange: Hashable, Sendable {
    /// Nil where it is open.
    package let start: Int?
    package let end: Int?

    package init(start: Int?, end: Int?) {
        self.start = start
        self.end = end
    }

    /// From the start up to the end, which is not in it.
    package var range: Range<Int> {
        let lower = start ?? Self.earliest
        return lower..<max(lower, end ?? Self.latest)
    }

    private static let earliest = -100_000_000_000
    private static let latest = 300_000_000_000

    /// - Parameter isWhole: both ends are wanted.
    /// - Throws: `BodyError`
    init(_ element: XMLElement, isWhole: Bool = false) throws(BodyError) {
        func moment(_ name: String) throws(BodyError) -> Int? {
            guard let text = element[name] else { return nil }
            guard let seconds = UTCTime.seconds(text) else {
                throw .precondition(.calDAV("valid-filter"), "\(name) of a time range is no time in UTC")
            }
            return seconds
        }
        start = try moment("start")
        end = try moment("end")
        let isComplete = isWhole ? start != nil && end != nil : start != nil || end != nil
        guard isComplete, start.map({ start in end.map { start < $0 } ?? true }) ?? true else {
            throw .precondition(.calDAV("valid-filter"), "a time range has a start before its end")
        }
    }
}

/// A DATE-TIME in UTC: the only form of time that requests have.
enum UTCTime {
    ///     YYYYMMDD "T" HHMMSS "Z"
    ///
    /// - Returns: seconds since 1970; nil for anything else.
    static func seconds(_ text: String) -> Int? {
        let octets = Array(text.utf8)
        guard octets.count == 16, octets[8] == UInt8(ascii: "T"), octets[15] == UInt8(ascii: "Z") else { return nil }
        func number(_ range: Range<Int>) -> Int? {
            var value = 0
            for octet in octets[range] {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(octet) else { return nil }
                value = value * 10 + Int(octet - UInt8(ascii: "0"))
            }
            return value
        }
        guard let year = number(0..<4), let month = number(4..<6), let day = number(6..<8), let hour = number(9..<11),
            let minute = number(11..<13), let second = number(13..<15), (1...12).contains(month),
            (1...31).contains(day), hour < 24, minute < 60, second <= 60
        else { return nil }
        // Days since 1970, by years that begin in March.
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
        return days * 86_400 + hour * 3600 + minute * 60 + min(second, 59)
    }
}
