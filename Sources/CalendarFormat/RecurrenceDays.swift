// Which days a recurrence rule takes: BYMONTH, BYWEEKNO, BYYEARDAY, BYMONTHDAY and BYDAY as conditions on a day.

/// The conditions of a rule on days, with what it leaves out taken from DTSTART (RFC 5545 3.3.10).
struct RecurrenceDays {
    private let rule: RecurrenceRule
    private let months: [Int]
    private let monthDays: [Int]
    private let weekdays: [RecurrenceRule.Weekday]
    /// What a BYDAY with a number counts in: the month, or the year.
    private let countsInMonth: Bool

    init(_ rule: RecurrenceRule, start: WallSeconds) {
        self.rule = rule
        let day = start.floorDivided(by: 86_400)
        let date = CivilDate(daysSinceEpoch: day)
        let weekday = RecurrenceRule.Weekday(day: CivilDate.weekday(ofDay: day), ordinal: nil)
        var months = rule.months
        var monthDays = rule.monthDays
        var weekdays = rule.weekdays
        if rule.yearDays.isEmpty, rule.monthDays.isEmpty, rule.weekdays.isEmpty {
            switch rule.frequency {
            case .yearly where rule.weekNumbers.isEmpty:
                monthDays = [date.day]
                if months.isEmpty { months = [date.month] }
            case .yearly, .weekly: weekdays = [weekday]
            case .monthly: monthDays = [date.day]
            default: break
            }
        }
        self.months = months
        self.monthDays = monthDays
        self.weekdays = weekdays
        countsInMonth = rule.frequency == .monthly || !rule.months.isEmpty
    }

    /// - Parameter day: days since 1970.
    func contains(_ day: Int) -> Bool {
        let date = CivilDate(daysSinceEpoch: day)
        if !months.isEmpty, !months.contains(date.month) { return false }
        let monthLength = CivilDate.days(inMonth: date.month, of: date.year)
        if !monthDays.isEmpty, !Self.matches(monthDays, date.day, of: monthLength) { return false }
        let dayOfYear = day - CivilDate.daysSinceEpoch(year: date.year, month: 1, day: 1) + 1
        let yearLength = CivilDate.days(inYear: date.year)
        if !rule.yearDays.isEmpty, !Self.matches(rule.yearDays, dayOfYear, of: yearLength) { return false }
        if !weekdays.isEmpty {
            let weekday = CivilDate.weekday(ofDay: day)
            let (index, length) = countsInMonth ? (date.day, monthLength) : (dayOfYear, yearLength)
            let ordinals = [(index - 1) / 7 + 1, -((length - index) / 7 + 1)]
            let isTaken = weekdays.contains { wanted in
                wanted.day == weekday && (wanted.ordinal.map(ordinals.contains) ?? true)
            }
            guard isTaken else { return false }
        }
        return rule.weekNumbers.isEmpty || isInWeeks(day, year: date.year)
    }

    /// Whether a list has a number or, as a negative one, its distance from the end.
    private static func matches(_ list: [Int], _ number: Int, of length: Int) -> Bool {
        list.contains(number) || list.contains(number - length - 1)
    }

    /// Week 1 is the first with at least four days in the year (RFC 5545 3.3.10).
    private func isInWeeks(_ day: Int, year: Int) -> Bool {
        for candidate in [year + 1, year, year - 1] {
            let first = firstWeek(of: candidate)
            guard day >= first else { continue }
            let length = (firstWeek(of: candidate + 1) - first) / 7
            return Self.matches(rule.weekNumbers, (day - first) / 7 + 1, of: length)
        }
        return false
    }

    /// The day that the first week of a year begins with.
    private func firstWeek(of year: Int) -> Int {
        let newYear = CivilDate.daysSinceEpoch(year: year, month: 1, day: 1)
        let daysIntoWeek = (CivilDate.weekday(ofDay: newYear) - rule.weekStart).floorRemainder(by: 7)
        return daysIntoWeek <= 3 ? newYear - daysIntoWeek : newYear + 7 - daysIntoWeek
    }
}
