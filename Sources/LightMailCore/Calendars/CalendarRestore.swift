import MariaDBClient

extension Administration {
    /// Brings back an event that was deleted and is not collected yet, into its living calendar.
    ///
    /// - Parameter retention: seconds; what was deleted longer ago belongs to the collector.
    /// - Throws: `StoreError` notFound, alreadyExists when the calendar has its UID or its name again, overQuota, conflict when it is
    ///   not deleted or was deleted too long ago.
    package func restoreCalendarEvent(_ id: UInt64, retention: Int64) async throws(StoreError) {
        try await mapped {
            try await database.transaction { connection in
                // The calendar is locked before the event is looked at, as everywhere.
                let places = try connection.script(
                    """
                    SELECT c.id, c.account_id FROM calendar_events e JOIN calendars c ON c.id = e.calendar_id \
                    WHERE e.id = \(id)
                    """)[0].rows
                guard let place = places.first else { throw StoreError(.notFound, "event \(id)") }
                let calendar = try connection.lockCalendar(
                    try place[0].uint64, of: AccountID(try place[1].uint64))
                let rows = try connection.script(
                    """
                    SELECT live, deleted_at > UTC_TIMESTAMP() - INTERVAL \(retention) SECOND, size FROM calendar_events \
                    WHERE id = \(id) FOR UPDATE
                    """)[0].rows
                guard let row = rows.first else { throw StoreError(.notFound, "event \(id)") }
                guard row[0].isNull else { throw StoreError(.conflict("the event is not deleted")) }
                guard try row[1].bool else {
                    throw StoreError(.conflict("the event was deleted longer ago than the retention"))
                }
                let size = try row[2].int64
                try connection.takeRoom(calendar.account, bytes: size)
                let modSeq = calendar.highestModSeq + 1
                do {
                    _ = try connection.script(
                        """
                        UPDATE calendar_events SET live = 1, deleted_at = NULL, modseq = \(modSeq) WHERE id = \(id)
                        """)
                } catch let error as DatabaseError where error.kind == .duplicateKey {
                    throw StoreError(.alreadyExists, "an event of that UID or name")
                }
                _ = try connection.commit(
                    after: """
                        UPDATE calendars SET highest_modseq = \(modSeq), events = events + 1, bytes = bytes + \(size) \
                        WHERE id = \(calendar.id);\(AccountUsage.change(calendar.account, bytes: size, messages: 0))
                        """)
            }
        }
    }

    /// Brings back a calendar that was deleted and is not collected yet, with the events that it had.
    ///
    /// - Parameter retention: seconds; what was deleted longer ago belongs to the collector.
    /// - Throws: `StoreError` as for an event.
    package func restoreCalendar(_ id: UInt64, retention: Int64) async throws(StoreError) {
        try await mapped {
            try await database.transaction { connection in
                let rows = try connection.script(
                    """
                    SELECT live, deleted_at > UTC_TIMESTAMP() - INTERVAL \(retention) SECOND, account_id, bytes \
                    FROM calendars WHERE id = \(id) FOR UPDATE
                    """)[0].rows
                guard let row = rows.first else { throw StoreError(.notFound, "calendar \(id)") }
                guard row[0].isNull else { throw StoreError(.conflict("the calendar is not deleted")) }
                guard try row[1].bool else {
                    throw StoreError(.conflict("the calendar was deleted longer ago than the retention"))
                }
                let account = AccountID(try row[2].uint64)
                let bytes = try row[3].int64
                try connection.takeRoom(account, bytes: bytes)
                do {
                    _ = try connection.script(
                        """
                        UPDATE calendars SET live = 1, deleted_at = NULL, highest_modseq = highest_modseq + 1 \
                        WHERE id = \(id)
                        """)
                } catch let error as DatabaseError where error.kind == .duplicateKey {
                    throw StoreError(.alreadyExists, "the calendar")
                }
                _ = try connection.commit(after: AccountUsage.change(account, bytes: bytes, messages: 0))
            }
        }
    }
}

extension Connection {
    /// Locks the account's row and takes room for octets.
    ///
    /// - Throws: `StoreError` notFound for the account, overQuota.
    fileprivate func takeRoom(_ account: AccountID, bytes: Int64) throws {
        var rooms = try QuotaRooms(try script(AccountUsage.lock([account]))[0].rows, on: self)
        try rooms.take(account, bytes: bytes, messages: 0)
    }
}
