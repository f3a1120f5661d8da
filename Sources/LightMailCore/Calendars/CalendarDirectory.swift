import CalendarFormat
import MariaDBClient

extension Administration {
    /// - Throws: `StoreError` notFound when there is no living calendar of that number in a living account.
    package func calendar(_ id: UInt64) async throws(StoreError) -> Calendar {
        try await mapped {
            try await database.read { connection in
                let rows = try connection.query(
                    """
                    SELECT \(Calendar.columns) FROM calendars c JOIN accounts a ON a.id = c.account_id \
                    WHERE c.id = ? AND c.live = 1 AND a.live = 1
                    """, [.uint(id)])
                guard let row = rows.first else { throw StoreError(.notFound, "calendar \(id)") }
                return try Calendar(row: row)
            }
        }
    }

    /// A living event in a living calendar of a living account.
    ///
    /// - Throws: `StoreError` notFound.
    package func calendarEvent(_ id: UInt64) async throws(StoreError) -> CalendarEvent {
        try await mapped {
            try await database.read { connection in
                let rows = try connection.query(
                    """
                    SELECT \(CalendarEvent.columns) FROM calendar_events e JOIN calendars c ON c.id = e.calendar_id \
                    JOIN accounts a ON a.id = c.account_id JOIN object_keys o ON o.id = e.object_id \
                    WHERE e.id = ? AND e.live = 1 AND c.live = 1 AND a.live = 1
                    """, [.uint(id)])
                guard let row = rows.first else { throw StoreError(.notFound, "event \(id)") }
                return try CalendarEvent(row: row)
            }
        }
    }

    /// Events of a calendar by their numbers.
    ///
    /// - Parameters:
    ///   - range: only those that may happen in this range of seconds since 1970; some that do not may be among them.
    ///   - deleted: the deleted ones instead.
    package func calendarEvents(
        in calendar: Calendar, page: Page<UInt64>, range: Range<Int64>? = nil, deleted: Bool = false
    ) async throws(StoreError) -> [CalendarEvent] {
        try await mapped {
            try await database.read { try $0.events(in: calendar, page: page, range: range, deleted: deleted) }
        }
    }
}

extension Connection {
    /// Events of a calendar by their numbers, as `Administration.calendarEvents` has them.
    func events(
        in calendar: Calendar, page: Page<UInt64>, range: Range<Int64>? = nil, deleted: Bool = false
    ) throws -> [CalendarEvent] {
        let sql = """
            SELECT \(CalendarEvent.columns) FROM calendar_events e JOIN calendars c ON c.id = e.calendar_id \
            JOIN object_keys o ON o.id = e.object_id WHERE e.calendar_id = ? AND c.account_id = ? AND e.id > ? \
            AND e.deleted_at IS \(deleted ? "NOT NULL" : "NULL") \
            AND (e.starts_at IS NULL OR e.starts_at < ?) AND (e.ends_at IS NULL OR e.ends_at >= ?) \
            ORDER BY e.id LIMIT ? OFFSET ?
            """
        let values: [SQLValue] = [
            .uint(calendar.id), .uint(calendar.account.rawValue), .uint(page.after ?? 0),
            .int(range?.upperBound ?? .max), .int(range?.lowerBound ?? .min),
        ]
        return try query(sql, values + page.bounds).map(CalendarEvent.init(row:))
    }
}
