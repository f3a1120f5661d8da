import Glibc

/// A time in UTC as HTTP and JSON write it.
package struct Timestamp: Encodable, Sendable, CustomStringConvertible {
    /// Since 1970.
    package let seconds: Int64

    package init(_ seconds: Int64) {
        self.seconds = seconds
    }

    package static var now: Timestamp { Timestamp(Int64(time(nil))) }

    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private var parts: tm {
        var value = time_t(seconds)
        var parts = tm()
        gmtime_r(&value, &parts)
        return parts
    }

    /// RFC 3339: `2026-11-24T21:00:55Z`
    package var description: String {
        let parts = parts
        return "\(date)T\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))Z"
    }

    /// `2026-11-24`
    package var date: String {
        let parts = parts
        let year = String(Int(parts.tm_year) + 1900)
        return String(repeating: "0", count: max(0, 4 - year.count)) + year
            + "-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
    }

    /// RFC 9110 5.6.7: `Tue, 24 Nov 2026 21:00:55 GMT`
    package var http: String {
        let parts = parts
        let day = Self.days[Int(parts.tm_wday) % 7]
        let month = Self.months[Int(parts.tm_mon) % 12]
        return "\(day), \(two(parts.tm_mday)) \(month) \(Int(parts.tm_year) + 1900) "
            + "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)) GMT"
    }

    /// RFC 5322 3.3: `Tue, 24 Nov 2026 21:00:55 +0000`
    package var mail: String { http.dropLast("GMT".count) + "+0000" }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    private func two(_ value: Int32) -> String {
        value < 10 ? "0\(value)" : String(value)
    }
}
