// Which times of a day a recurrence rule takes: BYHOUR, BYMINUTE and BYSECOND.

/// The conditions of a rule on times, with what it leaves out taken from DTSTART (RFC 5545 3.3.10).
struct RecurrenceClock {
    private let hours: [Int]
    private let minutes: [Int]
    private let secondsOfMinute: [Int]
    /// Seconds since midnight, for rules of days or longer; in order.
    let seconds: [Int]

    init(_ rule: RecurrenceRule, start: WallSeconds, isDate: Bool) {
        let time = start.floorRemainder(by: 86_400)
        hours = isDate ? [0] : rule.hours.isEmpty ? [time / 3600] : rule.hours
        minutes = isDate ? [0] : rule.minutes.isEmpty ? [time / 60 % 60] : rule.minutes
        secondsOfMinute = isDate ? [0] : rule.seconds.isEmpty ? [time % 60] : rule.seconds
        var all: [Int] = []
        if rule.frequency >= .daily {
            for hour in hours {
                for minute in minutes {
                    for second in secondsOfMinute { all.append(hour * 3600 + minute * 60 + second) }
                }
            }
        }
        seconds = all
    }

    /// The unit, in seconds, whose part of the time a rule of hours or less does not take; nil when it takes all.
    func mismatch(at time: Int, _ rule: RecurrenceRule) -> Int? {
        if !rule.hours.isEmpty, !rule.hours.contains(time / 3600) { return 3600 }
        guard rule.frequency < .hourly else { return nil }
        if !rule.minutes.isEmpty, !rule.minutes.contains(time / 60 % 60) { return 60 }
        guard rule.frequency < .minutely else { return nil }
        return rule.seconds.isEmpty || rule.seconds.contains(time % 60) ? nil : 1
    }

    /// Seconds since the beginning of one period of a rule of hours or less; in order.
    func secondsWithin(_ rule: RecurrenceRule) -> [Int] {
        switch rule.frequency {
        case .hourly: minutes.flatMap { minute in secondsOfMinute.map { minute * 60 + $0 } }
        case .minutely: secondsOfMinute
        default: [0]
        }
    }
}
