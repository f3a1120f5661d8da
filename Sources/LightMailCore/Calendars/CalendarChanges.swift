// What has changed in a calendar since a client last looked (RFC 6578), from the rows and the tombstones.

import MariaDBClient

/// Where a client stands that synchronises a calendar.
package struct CalendarSyncPoint: Sendable, Hashable {
    package let calendar: UInt64
    /// It knows everything up to here.
    package let modSeq: ModSeq
    /// It knows of nothing that was deleted up to here. Higher than `modSeq` while it reads a whole calendar in parts.
    package let knowsNothingBefore: ModSeq

    package init(calendar: UInt64, modSeq: ModSeq, knowsNothingBefore: ModSeq? = nil) {
        self.calendar = calendar
        self.modSeq = modSeq
        self.knowsNothingBefore = max(modSeq, knowsNothingBefore ?? 0)
    }
}

package struct CalendarChanges: Sendable {
    package enum Change: Sendable {
        case changed(CalendarEvent)
        /// By the name that it had.
        case removed(String)
    }

    package let changes: [Change]
    /// Where the client stands when it knows these.
    package let point: CalendarSyncPoint
    /// There are more.
    package let isTruncated: Bool
}

extension Calendars {
    /// The changes since a point, oldest first.
    ///
    /// - Parameters:
    ///   - calendar: as it was read just now: later changes are for the next time.
    ///   - point: nil for all that there is.
    ///   - limit: changes at most.
    /// - Returns: nil when the point is of another calendar, lies in the future, or when something that was deleted since
    ///   is not known any more.
    package func changes(
        in calendar: Calendar, since point: CalendarSyncPoint?, limit: Int
    ) async throws(StoreError) -> CalendarChanges? {
        let since =
            point
            ?? CalendarSyncPoint(
                calendar: calendar.id, modSeq: 0, knowsNothingBefore: calendar.highestModSeq)
        guard since.calendar == calendar.id, since.knowsNothingBefore <= calendar.highestModSeq,
            since.knowsNothingBefore >= calendar.collectedModSeq
        else { return nil }
        let found: [CalendarEvent]? = try await mapped {
            try await database.read { connection in
                let found = try connection.query(
                    """
                    SELECT \(CalendarEvent.columns) FROM calendar_events e JOIN calendars c ON c.id = e.calendar_id \
                    JOIN object_keys o ON o.id = e.object_id WHERE e.calendar_id = ? AND c.account_id = ? \
                    AND e.modseq > ? AND e.modseq <= ? AND (e.live = 1 OR (e.modseq > ? AND NOT EXISTS \
                    (SELECT 1 FROM calendar_events n WHERE n.calendar_id = e.calendar_id AND n.resource = e.resource \
                    AND (n.live = 1 OR (n.modseq > e.modseq AND n.modseq <= ?))))) ORDER BY e.modseq LIMIT ?
                    """,
                    [
                        .uint(calendar.id), .uint(calendar.account.rawValue), .uint(since.modSeq),
                        .uint(calendar.highestModSeq), .uint(since.knowsNothingBefore),
                        .uint(calendar.highestModSeq), .uint(UInt64(limit + 1)),
                    ]
                ).map(CalendarEvent.init(row:))
                // A collector may have come between the calendar's row and these; what it took cannot be told of.
                let now = try connection.query(
                    "SELECT collected_modseq FROM calendars WHERE id = ? AND account_id = ?",
                    [.uint(calendar.id), .uint(calendar.account.rawValue)]
                ).first
                guard let now, try now[0].uint64 <= since.knowsNothingBefore else { return nil }
                return found
            }
        }
        guard let found else { return nil }
        let kept = found.prefix(limit)
        let isTruncated = found.count > limit
        let end = isTruncated ? kept.last?.modSeq ?? since.modSeq : calendar.highestModSeq
        return CalendarChanges(
            changes: kept.map { $0.deletedAt == nil ? .changed($0) : .removed($0.resource) },
            point: CalendarSyncPoint(
                calendar: calendar.id, modSeq: end,
                knowsNothingBefore: isTruncated ? since.knowsNothingBefore : nil),
            isTruncated: isTruncated)
    }
}
