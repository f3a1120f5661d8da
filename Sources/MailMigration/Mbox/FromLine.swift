import MailFormat

/// The line before each message of an mbox: `From `, a sender, a date as asctime(3) writes it.
struct FromLine {
    static let start = Array("From ".utf8)
    /// Seconds since 1970. Without a zone the time is taken as UTC.
    let date: Int64

    /// Nil for a line that is none: text of a message may begin with `From ` too, and has no date where this has one.
    init?(_ line: some Collection<UInt8>) {
        guard line.starts(with: Self.start), line.count < 1_000 else { return nil }
        let words = line.dropFirst(Self.start.count).split { [9, 10, 13, 32].contains($0) }
        // The sender may have spaces in it, or be missing; the date begins with the day of the week.
        guard let day = words.lastIndex(where: { Self.days.contains(Array($0)) }), words.count - day >= 5 else {
            return nil
        }
        guard let date = Self.date(words[(day + 1)...].map { Array($0) }) else { return nil }
        self.date = date
    }

    private static let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].map { Array($0.utf8) }

    /// `Jan 2 15:04:05 2006`, with a zone before or behind the year or without one.
    private static func date(_ words: [[UInt8]]) -> Int64? {
        guard let month = words.first, month.count == 3, let time = words.dropFirst(2).first, time.contains(58),
            let year = words.dropFirst(3).first(where: { $0.count == 4 && $0.allSatisfy { (48...57).contains($0) } })
        else { return nil }
        let zone = words.dropFirst(3).first { $0 != year } ?? Array("+0000".utf8)
        return MailDate(Array([words[1], month, year, time, zone].joined(separator: [32])))?.seconds
    }

    /// The line of a message without a known sender.
    ///
    /// - Parameter date: seconds since 1970.
    static func encode(date: Int64) -> [UInt8] {
        let days = date >= 0 ? date / 86_400 : -((86_399 - date) / 86_400)
        let second = date - days * 86_400
        let (year, month, day) = civil(days)
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let clock = "\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60))"
        let weekday = weekdays[Int(((days % 7) + 7) % 7)]
        let text = "From MAILER-DAEMON \(weekday) \(months[month - 1]) \(day < 10 ? " " : "")\(day) \(clock) \(year)\n"
        return Array(text.utf8)
    }

    /// Year, month and day of a number of days since 1970-01-01.
    private static func civil(_ days: Int64) -> (year: Int64, month: Int, day: Int64) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let part = (5 * dayOfYear + 2) / 153
        let month = part < 10 ? part + 3 : part - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), Int(month), dayOfYear - (153 * part + 2) / 5 + 1)
    }
}
