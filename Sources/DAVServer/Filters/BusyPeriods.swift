// Busy time: of the periods of a VFREEBUSY, and of what happens.

import CalendarFormat

/// A stretch of time that is not free.
struct BusyPeriod: Hashable, Sendable {
    /// FBTYPE (RFC 5545 3.2.9).
    enum Kind: String, Sendable, CaseIterable {
        case busy = "BUSY"
        case tentative = "BUSY-TENTATIVE"
        case unavailable = "BUSY-UNAVAILABLE"
    }

    let kind: Kind
    /// Seconds since 1970 in UTC.
    let range: Range<Int>
}

enum BusyPeriods {
    /// What FREEBUSY lines say (RFC 5545 3.8.2.6). What is marked free is left out.
    static func periods(of component: CalendarComponent, _ object: CalendarObject) -> [BusyPeriod] {
        component.all("FREEBUSY").flatMap { line -> [BusyPeriod] in
            let type = (line["FBTYPE"] ?? "BUSY").uppercased()
            guard type != "FREE" else { return [] }
            let kind = BusyPeriod.Kind(rawValue: type) ?? .busy
            return CalendarText.list(line.value).compactMap { text in
                let parts = text.split(separator: "/", omittingEmptySubsequences: false)
                guard parts.count == 2, let start = CalendarTime(parts[0]).map(object.zones.utc) else { return nil }
                let end =
                    CalendarDuration(parts[1]).map { start + $0.wallSeconds }
                    ?? CalendarTime(parts[1]).map(object.zones.utc)
                guard let end, end > start else { return nil }
                return BusyPeriod(kind: kind, range: start..<end)
            }
        }
    }

    /// What an object takes of somebody's time within a range (RFC 4791 7.10); nil where it recurs more often in it than is counted.
    static func periods(of object: CalendarObject, in range: Range<Int>) -> [BusyPeriod]? {
        switch object.kind {
        case .freeBusy:
            return object.calendar.components.flatMap { periods(of: $0, object) }
        case .event:
            let occurrences = object.occurrences(in: range)
            guard !occurrences.isCut else { return nil }
            return occurrences.all.compactMap { occurrence in
                let component = occurrence.component
                let status = component.text("STATUS")?.uppercased()
                guard component.text("TRANSP")?.uppercased() != "TRANSPARENT", status != "CANCELLED",
                    occurrence.endUTC > occurrence.startUTC
                else { return nil }
                return BusyPeriod(
                    kind: status == "TENTATIVE" ? .tentative : .busy, range: occurrence.startUTC..<occurrence.endUTC)
            }
        case .todo, .journal:
            return []
        }
    }

    /// Periods of each kind cut to a range, in order, those that touch made one.
    static func merged(_ periods: [BusyPeriod], in range: Range<Int>) -> [BusyPeriod] {
        BusyPeriod.Kind.allCases.flatMap { kind in
            var merged: [Range<Int>] = []
            let cut = periods.filter { $0.kind == kind }.map { $0.range.clamped(to: range) }.filter { !$0.isEmpty }
            for period in cut.sorted(by: { $0.lowerBound < $1.lowerBound }) {
                if let last = merged.last, period.lowerBound <= last.upperBound {
                    merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, period.upperBound)
                } else {
                    merged.append(period)
                }
            }
            return merged.map { BusyPeriod(kind: kind, range: $0) }
        }
    }
}
