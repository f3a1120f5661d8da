// Calendars and events by their names in paths, within one account.

import MariaDBClient

extension Calendars {
    /// The living calendar of that name in paths; nil when the account has none.
    package func calendar(_ resource: String, of account: AccountID) async throws(StoreError) -> Calendar? {
        try await mapped {
            try await database.read { connection in
                try connection.query(
                    "SELECT \(Calendar.columns) FROM calendars c WHERE c.account_id = ? AND c.resource = ? AND c.live = 1",
                    [.uint(account.rawValue), .bytes(Array(resource.utf8))]
                ).first.map(Calendar.init(row:))
            }
        }
    }

    /// The living event of that name in the calendar's path; nil when there is none.
    package func event(_ resource: String, in calendar: Calendar) async throws(StoreError) -> CalendarEvent? {
        try await events([resource], in: calendar).first
    }

    /// The living event of a UID; nil when there is none.
    package func event(uid: String, in calendar: Calendar) async throws(StoreError) -> CalendarEvent? {
        try await living("e.uid", [uid], in: calendar).first
    }

    /// The living events of those names, in any order; what is not there is left out.
    package func events(_ resources: [String], in calendar: Calendar) async throws(StoreError) -> [CalendarEvent] {
        try await living("e.resource", resources, in: calendar)
    }

    /// Living events by their numbers, a page at a time.
    ///
    /// - Parameter range: only those that may happen in this range of seconds since 1970; some that do not may be among them.
    package func events(
        in calendar: Calendar, page: Page<UInt64>, range: Range<Int64>? = nil
    ) async throws(StoreError) -> [CalendarEvent] {
        try await mapped {
            try await database.read { try $0.events(in: calendar, page: page, range: range) }
        }
    }

    /// Names of one query. What is fewer is filled up, so that there are few statements to prepare.
    private static let batches = [1, 16, 256]

    private func living(
        _ column: String, _ values: [String], in calendar: Calendar
    ) async throws(StoreError) -> [CalendarEvent] {
        var found: [CalendarEvent] = []
        var rest = values[...]
        while let first = rest.first {
            let count = Self.batches.first { $0 >= rest.count } ?? Self.batches[2]
            let wanted = rest.prefix(count) + Array(repeating: first, count: max(0, count - rest.count))
            rest = rest.dropFirst(count)
            let sql = """
                SELECT \(CalendarEvent.columns) FROM calendar_events e JOIN calendars c ON c.id = e.calendar_id \
                JOIN object_keys o ON o.id = e.object_id WHERE e.calendar_id = ? AND c.account_id = ? AND e.live = 1 \
                AND \(column) IN (\(Array(repeating: "?", count: count).joined(separator: ", ")))
                """
            let bound: [SQLValue] =
                [.uint(calendar.id), .uint(calendar.account.rawValue)] + wanted.map { .bytes(Array($0.utf8)) }
            found += try await mapped {
                try await database.read { try $0.query(sql, bound).map(CalendarEvent.init(row:)) }
            }
        }
        return found
    }
}
