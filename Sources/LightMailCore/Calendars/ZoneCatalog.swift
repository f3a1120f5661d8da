// Time zones by their IANA names, for calendar data that names one and does not bring it along.

import CalendarFormat
import FoundationEssentials
import Synchronization

/// The zones of the system's database. One that was asked for is kept: there are some six hundred names.
package final class ZoneCatalog: Sendable {
    package static let shared = ZoneCatalog()

    private let known = Mutex<[String: CalendarZone]>([:])
    /// Offsets are looked up from 1970 to the end of 2100.
    private static let end: Double = 4_133_980_800

    private init() {}

    /// - Returns: nil for a name that the database does not have.
    package func zone(_ name: String) -> CalendarZone? {
        if let zone = known.withLock({ $0[name] }) { return zone }
        guard name.utf8.count <= 64, let zone = TimeZone(identifier: name) else { return nil }
        var transitions: [CalendarZone.Transition] = []
        var moment = Date(timeIntervalSince1970: 0)
        let initial = zone.secondsFromGMT(for: moment)
        var before = initial
        while let next = zone.nextDaylightSavingTimeTransition(after: moment), next > moment,
            next.timeIntervalSince1970 < Self.end
        {
            let after = zone.secondsFromGMT(for: next)
            if after != before {
                transitions.append(.init(utc: Int(next.timeIntervalSince1970), before: before, after: after))
            }
            before = after
            moment = next
        }
        let made = CalendarZone(initial: initial, transitions: transitions)
        known.withLock { $0[name] = made }
        return made
    }
}
