// The times of a recurrence rule, one after another, at a bounded cost.

/// Steps through the periods of a rule (years, months … seconds) and makes the times of each.
///
/// DTSTART is always the first time and is counted (RFC 5545 3.8.5.3). What RFC 5545 3.3.10 leaves out is taken from it.
package struct RecurrenceTimes {
    /// Days and periods that are looked at before it ends of itself; `isCut` says so. A rule of years costs up to 366 a year.
    package static let defaultBudget = 400_000
    /// Times of one period; a rule with more ends before it. As many as a day has seconds fit.
    private static let timesInPeriod = 100_000
    private static let end = CivilDate.daysSinceEpoch(year: 10_000, month: 1, day: 1) * 86_400

    let rule: RecurrenceRule
    private let start: WallSeconds
    private let until: WallSeconds?
    private let days: RecurrenceDays
    private let timesOfDay: RecurrenceClock
    /// The period that comes next, as a number: of years, months, weeks, days, hours, minutes or seconds.
    private var period: Int
    private var waiting: ArraySlice<WallSeconds> = []
    private var count = 0
    private var hasStarted = false
    /// What is left of it.
    package private(set) var budget: Int
    /// The bound was met: there may be more times.
    package private(set) var isCut = false

    /// - Parameters:
    ///   - start: DTSTART on the wall.
    ///   - isDate: days only, without times.
    ///   - until: the last time that may be, on the same wall.
    package init(
        _ rule: RecurrenceRule, start: WallSeconds, isDate: Bool, until: WallSeconds?,
        budget: Int = RecurrenceTimes.defaultBudget
    ) {
        self.rule = rule
        self.start = start
        self.until = until
        self.budget = budget
        days = RecurrenceDays(rule, start: start)
        timesOfDay = RecurrenceClock(rule, start: start, isDate: isDate)
        period = Self.period(of: start, rule)
    }

    /// Passes over times before `wall`, without making them where the rule has no COUNT. Some before it may still come.
    package mutating func skip(to wall: WallSeconds) {
        guard rule.count == nil, wall > start else { return }
        hasStarted = true
        advance(to: Self.period(of: wall, rule))
    }

    /// The next time; nil at the end, or when the bound is met.
    package mutating func next() -> WallSeconds? {
        if let count = rule.count, self.count >= count { return nil }
        if !hasStarted {
            hasStarted = true
            count = 1
            if let until, start > until { return nil }
            return start
        }
        while true {
            while let time = waiting.popFirst() {
                // Those up to DTSTART are either before the first, or it.
                guard time > start else { continue }
                if let until, time > until { return nil }
                count += 1
                return time
            }
            guard fill() else { return nil }
        }
    }

    /// Makes the times of the next period. False at the end of time, or of the budget.
    private mutating func fill() -> Bool {
        let first = Self.start(of: period, rule)
        guard first < Self.end, until.map({ first <= $0 }) ?? true else { return false }
        guard budget > 0 else {
            isCut = true
            return false
        }
        budget -= 1
        var times: [WallSeconds] = []
        if rule.frequency >= .daily {
            let range = Self.days(of: period, rule)
            for day in range {
                budget -= 1
                guard days.contains(day) else { continue }
                for second in timesOfDay.seconds { times.append(day * 86_400 + second) }
                guard times.count <= Self.timesInPeriod else {
                    isCut = true
                    return false
                }
            }
            budget -= times.count
        } else if !days.contains(first.floorDivided(by: 86_400)) {
            return advance(beyond: 86_400, from: first)
        } else if let unit = timesOfDay.mismatch(at: first.floorRemainder(by: 86_400), rule) {
            return advance(beyond: unit, from: first)
        } else {
            for second in timesOfDay.secondsWithin(rule) { times.append(first + second) }
            budget -= times.count
        }
        waiting = picked(times)[...]
        period += rule.interval
        return true
    }

    /// BYSETPOS.
    private func picked(_ times: [WallSeconds]) -> [WallSeconds] {
        guard !rule.positions.isEmpty else { return times }
        let indices = rule.positions.map { $0 > 0 ? $0 - 1 : times.count + $0 }
        return Set(indices).filter(times.indices.contains).sorted().map { times[$0] }
    }

    /// Goes on to the first period of the rule that begins at the next whole `unit` of seconds or later.
    private mutating func advance(beyond unit: Int, from time: WallSeconds) -> Bool {
        let wanted = (time.floorDivided(by: unit) + 1) * unit
        let before = period
        let target = Self.period(of: wanted, rule)
        period += max(1, (target - before + rule.interval - 1) / rule.interval) * rule.interval
        return true
    }

    /// Goes on to the last period of the rule that is not after `target`.
    private mutating func advance(to target: Int) {
        guard target > period else { return }
        period += (target - period) / rule.interval * rule.interval
    }

    // MARK: Periods

    /// The number of the period that a time lies in.
    private static func period(of wall: WallSeconds, _ rule: RecurrenceRule) -> Int {
        let day = wall.floorDivided(by: 86_400)
        switch rule.frequency {
        case .yearly: return CivilDate(daysSinceEpoch: day).year
        case .monthly:
            let date = CivilDate(daysSinceEpoch: day)
            return date.year * 12 + date.month - 1
        // Weeks since one that began with WKST; 1 January 1970 was a Thursday.
        case .weekly: return (day + 3 - rule.weekStart).floorDivided(by: 7)
        case .daily: return day
        case .hourly: return wall.floorDivided(by: 3600)
        case .minutely: return wall.floorDivided(by: 60)
        case .secondly: return wall
        }
    }

    /// When a period begins.
    private static func start(of period: Int, _ rule: RecurrenceRule) -> WallSeconds {
        switch rule.frequency {
        case .hourly: period * 3600
        case .minutely: period * 60
        case .secondly: period
        default: days(of: period, rule).lowerBound * 86_400
        }
    }

    /// The days of a period of a day or more.
    private static func days(of period: Int, _ rule: RecurrenceRule) -> Range<Int> {
        switch rule.frequency {
        case .yearly:
            let first = CivilDate.daysSinceEpoch(year: period, month: 1, day: 1)
            return first..<first + CivilDate.days(inYear: period)
        case .monthly:
            let (year, month) = (period / 12, period % 12 + 1)
            let first = CivilDate.daysSinceEpoch(year: year, month: month, day: 1)
            return first..<first + CivilDate.days(inMonth: month, of: year)
        case .weekly:
            let first = period * 7 - 3 + rule.weekStart
            return first..<first + 7
        default: return period..<period + 1
        }
    }
}
