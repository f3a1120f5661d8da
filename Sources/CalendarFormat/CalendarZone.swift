// A time zone as its changes of offset: from the wall to UTC and back.

/// The offsets of a zone over time. Before the first change and after the last the offset stays.
package struct CalendarZone: Hashable, Sendable {
    package struct Transition: Hashable, Sendable {
        /// Seconds since 1970 in UTC.
        package let utc: Int
        /// Seconds east of UTC.
        package let before: Int
        package let after: Int

        package init(utc: Int, before: Int, after: Int) {
            self.utc = utc
            self.before = before
            self.after = after
        }

        /// From when on, on the wall, the new offset holds. In the hour that there is not, and in the first of the two
        /// that look alike, the offset before holds (RFC 5545 3.3.5).
        fileprivate var wall: WallSeconds { utc + Swift.max(before, after) }
    }

    private let initial: Int
    private let transitions: [Transition]

    package static let utc = CalendarZone(initial: 0, transitions: [])

    /// - Parameter initial: the offset where there is no transition before.
    package init(initial: Int, transitions: [Transition]) {
        self.initial = initial
        self.transitions = transitions.sorted { $0.utc < $1.utc }
    }

    /// Seconds since 1970 in UTC of a time on the wall.
    package func utc(ofWall wall: WallSeconds) -> Int {
        wall - offset { $0.wall <= wall }
    }

    /// The wall's time at a moment in UTC.
    package func wall(ofUTC utc: Int) -> WallSeconds {
        utc + offset { $0.utc <= utc }
    }

    /// The offset after the last transition that the condition, true up to somewhere and false beyond, holds for.
    private func offset(after isPast: (Transition) -> Bool) -> Int {
        var low = 0
        var high = transitions.count
        while low < high {
            let middle = (low + high) / 2
            if isPast(transitions[middle]) { low = middle + 1 } else { high = middle }
        }
        if low > 0 { return transitions[low - 1].after }
        return transitions.first?.before ?? initial
    }
}

/// Finds a zone by its IANA name; nil for a name that it does not know.
package typealias ZoneResolver = @Sendable (_ name: String) -> CalendarZone?
