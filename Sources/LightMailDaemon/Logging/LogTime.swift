import Glibc

/// The time of a log line, in UTC (RFC 3339).
struct LogTime {
    /// Since 1970-01-01T00:00:00Z.
    let seconds: Int
    let milliseconds: Int

    static var now: LogTime {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return LogTime(seconds: time.tv_sec, milliseconds: time.tv_nsec / 1_000_000)
    }

    /// `2026-11-24T21:00:55.123Z`
    var text: String {
        var time = time_t(seconds)
        var parts = tm()
        gmtime_r(&time, &parts)
        let date = "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
        let clock = "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
        let fraction = String(milliseconds + 1000).dropFirst()
        return "\(date)T\(clock).\(fraction)Z"
    }

    private func two(_ value: Int32) -> String {
        value < 10 ? "0\(value)" : String(value)
    }
}
