// When an object happens: its recurrences, exceptions and overrides within a range, at a bounded cost.

/// One occurrence of an object.
package struct Occurrence: Hashable, Sendable {
    /// Its start as the object has it, in the zone of the object.
    package let start: CalendarTime
    /// Seconds since 1970 in UTC.
    package let startUTC: Int
    /// Where it ends; equal to `startUTC` for a moment.
    package let endUTC: Int
    /// Which occurrence it is: where the rule has it, which an override may have moved. Nil for what does not recur.
    package let recurrenceID: CalendarTime?
    /// The component that describes it.
    package let component: CalendarComponent

    /// RFC 4791 9.9: a moment overlaps where it lies within; anything longer where a part of it does.
    package func overlaps(_ range: Range<Int>) -> Bool {
        startUTC == endUTC
            ? range.contains(startUTC) : startUTC < range.upperBound && endUTC > range.lowerBound
    }
}

/// Occurrences within a range.
package struct Occurrences: Sendable {
    /// By their starts.
    package var all: [Occurrence] = []
    /// A bound was met: there may be more.
    package var isCut = false
}

extension CalendarObject {
    /// Occurrences at most that are made at once.
    package static let largestExpansion = 5_000
    /// What is added to a range on the wall, so that no zone's offset and no shift of a day hides a time.
    private static let slack = 2 * 86_400

    /// The occurrences that overlap a range of seconds since 1970 in UTC. What has no start happens never.
    package func occurrences(in range: Range<Int>, limit: Int = largestExpansion) -> Occurrences {
        var result = Occurrences()
        var overridden: Set<Int> = []
        var later: [(from: Int, instance: CalendarInstance)] = []
        for instance in instances {
            guard let id = instance.recurrenceID else { continue }
            overridden.insert(zones.utc(id))
            if instance.coversLater, instance.start != nil { later.append((zones.utc(id), instance)) }
            guard let start = instance.start else { continue }
            add(occurrence(instance, at: start, id: id), in: range, to: &result, limit: limit)
        }
        later.sort { $0.from < $1.from }
        for instance in instances where instance.recurrenceID == nil {
            guard let start = instance.start else { continue }
            var seen: Set<Int> = []
            let exceptions = Set(instance.exceptions.map(zones.utc))
            // A whole day as EXDATE of an event with times takes out all that begin on it, as many programs mean it.
            let wholeDays = start.isDate ? [] : Set(instance.exceptions.filter(\.isDate).map(\.wall))
            let take: (CalendarTime) -> Void = { time in
                let utc = self.zones.utc(time)
                guard seen.insert(utc).inserted, !exceptions.contains(utc), !overridden.contains(utc),
                    !wholeDays.contains(time.wall.floorDivided(by: 86_400) * 86_400)
                else { return }
                let id = instance.recurs ? time : nil
                let made =
                    later.last { $0.from <= utc }.map { self.moved($0.instance, to: time) }
                    ?? self.occurrence(instance, at: time, id: id)
                self.add(made, in: range, to: &result, limit: limit)
            }
            var budget = RecurrenceTimes.defaultBudget
            take(start)
            for date in instance.dates { take(date) }
            for rule in instance.rules where !result.isCut {
                var times = RecurrenceTimes(
                    rule, start: start.wall, isDate: start.isDate, until: until(of: rule, start: start), budget: budget)
                let reach = reach(of: instance, later: later.map(\.instance))
                times.skip(to: range.lowerBound.subtracting(reach))
                while let wall = times.next(), !result.isCut {
                    guard wall < range.upperBound.adding(reach) else { break }
                    take(CalendarTime(wall: wall, zone: start.zone))
                }
                if times.isCut { result.isCut = true }
                // The rules of an object share what there is.
                budget = times.budget
            }
        }
        result.all.sort { ($0.startUTC, $0.endUTC) < ($1.startUTC, $1.endUTC) }
        return result
    }

    /// The first and last moment at which it happens, in seconds since 1970 in UTC, for looking it up; a bound may be wider
    /// than the truth, never narrower. Nil at an end that is open, or not to be told within the bound.
    package var extent: (start: Int?, end: Int?) {
        let moments = instances.flatMap { instance -> [Int] in
            guard let start = instance.start ?? instance.due else { return [] }
            let times = [start] + instance.dates
            return times.flatMap { time -> [Int] in
                let made = occurrence(instance, at: time, id: nil)
                return [made.startUTC, made.endUTC]
            }
        }
        guard let first = moments.min(), let last = moments.max(), kind == .event || kind == .journal else {
            return (nil, nil)
        }
        // A day either way: floating times are in the zone of who asks.
        let start = first - Self.slack
        var end = last
        for instance in instances {
            guard let start = instance.start else { continue }
            for rule in instance.rules {
                guard let ruleEnd = self.end(of: rule, instance, start: start) else { return (first - Self.slack, nil) }
                end = max(end, ruleEnd)
            }
        }
        if instances.contains(where: \.coversLater), recurs { return (nil, nil) }
        return (start, end + Self.slack)
    }

    /// When the last of a rule's occurrences is over; nil when it has no end, or none within the bound.
    private func end(of rule: RecurrenceRule, _ instance: CalendarInstance, start: CalendarTime) -> Int? {
        guard rule.count != nil || rule.until != nil else { return nil }
        var times = RecurrenceTimes(
            rule, start: start.wall, isDate: start.isDate, until: until(of: rule, start: start), budget: 20_000)
        var last = start.wall
        while let wall = times.next() { last = wall }
        guard !times.isCut else { return nil }
        return occurrence(instance, at: CalendarTime(wall: last, zone: start.zone), id: nil).endUTC
    }

    // MARK: Parts

    private func add(_ made: Occurrence, in range: Range<Int>, to result: inout Occurrences, limit: Int) {
        guard made.overlaps(range) else { return }
        guard result.all.count < limit else {
            result.isCut = true
            return
        }
        result.all.append(made)
    }

    /// UNTIL on the wall of DTSTART. A date includes all of its day.
    private func until(of rule: RecurrenceRule, start: CalendarTime) -> WallSeconds? {
        guard let until = rule.until else { return nil }
        switch until.zone {
        case .utc where start.isDate: return until.wall
        case .utc: return zones.zone(of: start).wall(ofUTC: until.wall)
        case .date: return start.isDate ? until.wall : until.wall + 86_399
        case .floating, .named: return until.wall
        }
    }

    private func occurrence(_ instance: CalendarInstance, at time: CalendarTime, id: CalendarTime?) -> Occurrence {
        let length = instance.periods[time] ?? instance.length ?? CalendarLength(days: time.isDate ? 1 : 0)
        let end = zones.zone(of: time).utc(ofWall: time.wall + length.days * 86_400) + length.seconds
        return Occurrence(
            start: time, startUTC: zones.utc(time), endUTC: end, recurrenceID: id, component: instance.component)
    }

    /// An occurrence that a THISANDFUTURE override describes: as far from its place as the override is (RFC 5545 3.8.4.4).
    private func moved(_ instance: CalendarInstance, to time: CalendarTime) -> Occurrence {
        guard let start = instance.start, let id = instance.recurrenceID else {
            return occurrence(instance, at: time, id: time)
        }
        let place = CalendarTime(wall: time.wall + start.wall - id.wall, zone: start.zone)
        return occurrence(instance, at: place, id: time)
    }

    /// How far from its place in the rule an occurrence may begin or end, in seconds.
    private func reach(of instance: CalendarInstance, later: [CalendarInstance]) -> Int {
        var reach = Self.slack
        for other in [instance] + later {
            let length = other.length ?? CalendarLength(days: 1)
            var own = length.days * 86_400 + length.seconds
            if let start = other.start, let id = other.recurrenceID { own += abs(start.wall - id.wall) }
            reach = max(reach, own + Self.slack)
        }
        return reach
    }
}

extension Int {
    /// Without overflow.
    fileprivate func adding(_ other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }

    fileprivate func subtracting(_ other: Int) -> Int {
        let (difference, overflow) = subtractingReportingOverflow(other)
        return overflow ? .min : difference
    }
}
