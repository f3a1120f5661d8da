import MariaDBClient

extension Garbage {
    /// Removes the rows of events, and of calendars with their events, that were deleted longer ago than the retention.
    ///
    /// Afterwards a calendar knows by `collected_modseq` up to where it cannot name what is gone.
    func collectCalendars(_ report: inout GarbageReport) async throws(StoreError) {
        let batch = policy.batchSize
        let removed = try await mapped {
            let found = try await database.read { [self] connection in
                try connection.script(
                    """
                    SELECT DISTINCT calendar_id FROM (SELECT calendar_id FROM calendar_events WHERE \(isPastRetention) \
                    ORDER BY deleted_at LIMIT \(batch)) AS doomed ORDER BY calendar_id
                    """)[0].rows.map { try $0[0].uint64 }
            }
            var removed = 0
            for calendar in found where removed < batch {
                let removal = EventRemoval(calendar: calendar, condition: isPastRetention, limit: batch - removed)
                removed += try await database.transaction(removal.run)
            }
            return removed
        }
        report.calendarEvents += removed
        let doomed = try await mapped {
            try await database.read { [self] connection in
                try connection.script(
                    """
                    SELECT id FROM calendars WHERE live IS NULL AND \(isPastRetention) ORDER BY deleted_at LIMIT \(batch)
                    """)[0].rows.map { try $0[0].uint64 }
            }
        }
        var room = batch
        for calendar in doomed where room > 0 {
            let removal = EventRemoval(calendar: calendar, condition: "1 = 1", limit: room, deadOnly: isPastRetention)
            let count = try await mapped { try await database.transaction(removal.run) }
            report.calendarEvents += count
            room -= count
            guard count < removal.limit else { continue }
            report.hasMore = true
        }
        report.calendars += try await mapped { [self] in
            guard !doomed.isEmpty else { return 0 }
            return try await database.transaction { [self] connection in
                let done = try connection.commit(
                    after: """
                        DELETE FROM calendars WHERE id IN (\(list: doomed)) AND live IS NULL AND \(isPastRetention) \
                        AND NOT EXISTS (SELECT 1 FROM calendar_events e WHERE e.calendar_id = calendars.id)
                        """)
                return Int(done[0].affectedRows)
            }
        }
        // A calendar that is gone may have been the last that its account waited for.
        report.hasMore = report.hasMore || removed == batch || !doomed.isEmpty
    }
}

/// The removal of a batch of a calendar's events, within a transaction.
private struct EventRemoval: Sendable {
    let calendar: UInt64
    /// Which of its events.
    let condition: SQLText
    let limit: Int
    /// Only when the calendar itself was deleted that long ago.
    var deadOnly: SQLText?

    /// - Returns: rows removed.
    func run(on connection: Connection) throws -> Int {
        let isDoomed: SQLText = deadOnly.map { "live IS NULL AND \($0)" } ?? "1 = 1"
        // A calendar that was restored meanwhile has no row here.
        let results = try connection.script(
            """
            SELECT id FROM calendars WHERE id = \(calendar) AND \(isDoomed) FOR UPDATE;\
            SELECT id, object_id, modseq FROM calendar_events WHERE calendar_id = \(calendar) AND \(condition) \
            ORDER BY id LIMIT \(limit) FOR UPDATE
            """)
        guard !results[0].rows.isEmpty, !results[1].rows.isEmpty else { return 0 }
        let rows = results[1].rows
        let objects = try rows.map { try $0[1].uint64 }
        let modSeq = try rows.map { try $0[2].uint64 }.max() ?? 0
        _ = try connection.script(GarbageQueue.lock(objects))
        _ = try connection.commit(
            after: """
                DELETE FROM calendar_events WHERE id IN (\(list: try rows.map { try $0[0].uint64 }));\
                UPDATE calendars SET collected_modseq = GREATEST(collected_modseq, \(modSeq)) WHERE id = \(calendar);\
                \(GarbageQueue.add(objects))
                """)
        return rows.count
    }
}
