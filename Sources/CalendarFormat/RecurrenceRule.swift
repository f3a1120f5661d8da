// RRULE: which parts it has; refuses parts that do not go together.

/// A RECUR value (RFC 5545 3.3.10).
package struct RecurrenceRule: Hashable, Sendable {
    package enum Frequency: String, Sendable, CaseIterable, Comparable {
        case secondly = "SECONDLY"
        case minutely = "MINUTELY"
        case hourly = "HOURLY"
        case daily = "DAILY"
        case weekly = "WEEKLY"
        case monthly = "MONTHLY"
        case yearly = "YEARLY"

        private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

        package static func < (left: Frequency, right: Frequency) -> Bool { left.rank < right.rank }
    }

    /// A weekday, or the nth of a month or year: negative counts from the end.
    package struct Weekday: Hashable, Sendable {
        /// 0 for Monday to 6 for Sunday.
        package let day: Int
        package let ordinal: Int?
    }

    package let frequency: Frequency
    package private(set) var interval = 1
    package private(set) var count: Int?
    /// A date, or a date and time in UTC or on the wall, as it is written.
    package private(set) var until: CalendarTime?
    private(set) var seconds: [Int] = []
    private(set) var minutes: [Int] = []
    private(set) var hours: [Int] = []
    private(set) var weekdays: [Weekday] = []
    private(set) var monthDays: [Int] = []
    private(set) var yearDays: [Int] = []
    private(set) var weekNumbers: [Int] = []
    private(set) var months: [Int] = []
    private(set) var positions: [Int] = []
    /// The day a week begins with: 0 for Monday.
    private(set) var weekStart = 0

    /// - Throws: `CalendarError` with the line's number.
    package init(_ line: ContentLine) throws(CalendarError) {
        var parts: [String: Substring] = [:]
        for part in line.value.split(separator: ";", omittingEmptySubsequences: false) {
            guard let equals = part.firstIndex(of: "=") else {
                throw CalendarError(.expected("NAME=VALUE in a recurrence rule"), line: line.line)
            }
            let name = part[..<equals].uppercased()
            guard parts.updateValue(part[part.index(after: equals)...], forKey: name) == nil else {
                throw CalendarError(.repeated("a part of a recurrence rule"), line: line.line)
            }
        }
        guard let frequency = parts["FREQ"].flatMap({ Frequency(rawValue: $0.uppercased()) }) else {
            throw CalendarError(.invalid("FREQ of a recurrence rule"), line: line.line)
        }
        self.frequency = frequency
        parts["FREQ"] = nil
        for (name, value) in parts {
            guard try read(name, String(value), line.line) else {
                throw CalendarError(.invalid("part of a recurrence rule"), line: line.line)
            }
        }
        if let conflict { throw CalendarError(.invalid("recurrence rule: \(conflict)"), line: line.line) }
    }

    /// - Returns: false for a part that there is not, or with a value that it cannot have.
    private mutating func read(_ name: String, _ value: String, _ line: Int) throws(CalendarError) -> Bool {
        switch name {
        case "INTERVAL":
            guard let number = Self.number(value), (1...10_000).contains(number) else { return false }
            interval = number
        case "COUNT":
            guard let number = Self.number(value), number >= 1 else { return false }
            count = number
        case "UNTIL":
            guard let time = CalendarTime(value) else { return false }
            until = time
        case "WKST":
            guard let day = Self.weekdayNames.firstIndex(of: value.uppercased()) else { return false }
            weekStart = day
        case "BYDAY":
            var days: [Weekday] = []
            for text in value.split(separator: ",", omittingEmptySubsequences: false) {
                guard days.count < 400, let day = Self.weekday(text) else { return false }
                if !days.contains(day) { days.append(day) }
            }
            weekdays = days
        case "BYSECOND": return Self.list(value, 0...60, into: &seconds) && Self.clamp(&seconds)
        case "BYMINUTE": return Self.list(value, 0...59, into: &minutes)
        case "BYHOUR": return Self.list(value, 0...23, into: &hours)
        case "BYMONTH": return Self.list(value, 1...12, into: &months)
        case "BYMONTHDAY": return Self.list(value, 1...31, signed: true, into: &monthDays)
        case "BYYEARDAY": return Self.list(value, 1...366, signed: true, into: &yearDays)
        case "BYWEEKNO": return Self.list(value, 1...53, signed: true, into: &weekNumbers)
        case "BYSETPOS": return Self.list(value, 1...366, signed: true, into: &positions)
        default: return false
        }
        return true
    }

    /// What RFC 5545 3.3.10 forbids to stand together.
    private var conflict: String? {
        if count != nil, until != nil { return "COUNT and UNTIL" }
        let hasOrdinals = weekdays.contains { $0.ordinal != nil }
        if hasOrdinals, frequency < .monthly { return "BYDAY with a number" }
        if hasOrdinals, !weekNumbers.isEmpty { return "BYDAY with a number, and BYWEEKNO" }
        if !monthDays.isEmpty, frequency == .weekly { return "BYMONTHDAY in a weekly one" }
        if !yearDays.isEmpty, [.daily, .weekly, .monthly].contains(frequency) { return "BYYEARDAY" }
        if !weekNumbers.isEmpty, frequency != .yearly { return "BYWEEKNO" }
        if !positions.isEmpty, !hasOtherParts { return "BYSETPOS without another part" }
        return nil
    }

    private var hasOtherParts: Bool {
        ![seconds, minutes, hours, monthDays, yearDays, weekNumbers, months].allSatisfy(\.isEmpty) || !weekdays.isEmpty
    }

    static let weekdayNames = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]

    ///     weekdaynum  = [[plus / minus] ordwk] weekday
    private static func weekday(_ text: Substring) -> Weekday? {
        guard let day = weekdayNames.firstIndex(of: text.suffix(2).uppercased()) else { return nil }
        let digits = text.dropLast(2)
        guard !digits.isEmpty else { return Weekday(day: day, ordinal: nil) }
        guard let ordinal = signed(digits), (1...53).contains(abs(ordinal)) else { return nil }
        return Weekday(day: day, ordinal: ordinal)
    }

    /// Digits, at most nine.
    private static func number(_ text: some StringProtocol) -> Int? {
        guard (1...9).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(text)
    }

    private static func signed(_ text: some StringProtocol) -> Int? {
        if text.hasPrefix("-") { return number(text.dropFirst()).map { -$0 } }
        return number(text.hasPrefix("+") ? text.dropFirst() : text[...])
    }

    /// Reads a list of numbers, sorted and without doubles.
    private static func list(
        _ text: String, _ range: ClosedRange<Int>, signed isSigned: Bool = false, into numbers: inout [Int]
    ) -> Bool {
        var found: Set<Int> = []
        for (index, item) in text.split(separator: ",", omittingEmptySubsequences: false).enumerated() {
            guard index < 1000, let number = isSigned ? signed(item) : number(item),
                range.contains(isSigned ? abs(number) : number)
            else { return false }
            found.insert(number)
        }
        numbers = found.sorted()
        return true
    }

    /// A leap second is taken as the one before it.
    private static func clamp(_ seconds: inout [Int]) -> Bool {
        seconds = Set(seconds.map { min($0, 59) }).sorted()
        return true
    }
}
