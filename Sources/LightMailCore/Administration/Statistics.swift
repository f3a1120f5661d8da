import MariaDBClient

/// What the whole store holds.
package struct StoreTotals: Sendable, Hashable {
    package let domains: Int
    package let accounts: Int
    /// Those that may log in and receive.
    package let activeAccounts: Int
    package let mailboxes: Int
    /// Living messages, copies counted each, and their octets as clients see them.
    package let messages: Int64
    package let bytes: Int64
}

/// What waits for the collector.
package struct GarbageBacklog: Sendable, Hashable {
    /// Expunged messages, deleted mailboxes and removed accounts that can still be restored or wait to be collected.
    package let messages: Int
    package let mailboxes: Int
    package let accounts: Int
    /// Objects that no message refers to any more.
    package let objects: Int
    /// Their bytes.
    package let bytes: Int64
    /// How long the oldest of those objects has waited, in seconds; nil when there is none.
    package let oldestObject: Int64?
}

/// The messages of one day (UTC).
package struct DayCount: Sendable, Hashable {
    /// Seconds since 1970 at its beginning.
    package let day: Int64
    /// Messages that came in, by delivery or APPEND, however many recipients each had; those collected since are not in
    /// it.
    package let messages: Int
    package let bytes: Int64
}

extension Administration {
    package func totals() async throws(StoreError) -> StoreTotals {
        try await mapped {
            try await database.read { connection in
                let results = try connection.script(
                    """
                    SELECT COUNT(*) FROM domains;\
                    SELECT COUNT(*), COALESCE(SUM(is_active), 0), COALESCE(SUM(used_messages), 0), \
                    COALESCE(SUM(used_bytes), 0) FROM accounts WHERE live = 1;\
                    SELECT COUNT(*) FROM mailboxes b JOIN accounts a ON a.id = b.account_id \
                    WHERE b.live = 1 AND a.live = 1
                    """)
                let accounts = results[1].rows[0]
                return StoreTotals(
                    domains: Int(try results[0].rows[0][0].int64), accounts: Int(try accounts[0].int64),
                    activeAccounts: Int(try accounts[1].int64), mailboxes: Int(try results[2].rows[0][0].int64),
                    messages: try accounts[2].int64, bytes: try accounts[3].int64)
            }
        }
    }

    package func garbage() async throws(StoreError) -> GarbageBacklog {
        try await mapped {
            try await database.read { connection in
                let results = try connection.script(
                    """
                    SELECT COUNT(*) FROM messages WHERE deleted_at IS NOT NULL;\
                    SELECT COUNT(*) FROM mailboxes WHERE live IS NULL;\
                    SELECT COUNT(*) FROM accounts WHERE live IS NULL;\
                    SELECT COUNT(*), COALESCE(SUM(o.size), 0), \
                    TIMESTAMPDIFF(SECOND, MIN(g.queued_at), UTC_TIMESTAMP()) FROM garbage_objects g \
                    JOIN object_keys o ON o.id = g.object_id
                    """)
                let objects = results[3].rows[0]
                return GarbageBacklog(
                    messages: Int(try results[0].rows[0][0].int64), mailboxes: Int(try results[1].rows[0][0].int64),
                    accounts: Int(try results[2].rows[0][0].int64), objects: Int(try objects[0].int64),
                    bytes: try objects[1].int64, oldestObject: try objects[2].optionalInt64)
            }
        }
    }

    /// Messages that came in on each of the last days (UTC), today last.
    ///
    /// Keys of objects sort by the time they were made, so it costs a range of an index and not the whole table.
    package func arrivals(days: Int) async throws(StoreError) -> [DayCount] {
        let length: Int64 = 86_400
        let today = now() / length
        let first = today - Int64(max(days, 1)) + 1
        let days = (first...today).map { $0 * length }
        return try await mapped {
            try await database.read { connection in
                try days.map { day in
                    let rows = try connection.query(
                        """
                        SELECT COUNT(*), COALESCE(SUM(size), 0) FROM object_keys \
                        WHERE object_key >= ? AND object_key < ?
                        """,
                        [
                            .text(StoredObject.lowestKey(madeAt: day)),
                            .text(StoredObject.lowestKey(madeAt: day + length)),
                        ])
                    guard let row = rows.first else { throw StoreError(.internal, "an aggregate gave no row") }
                    return DayCount(day: day, messages: Int(try row[0].int64), bytes: try row[1].int64)
                }
            }
        }
    }
}

extension StoredObject {
    /// What no key of a message made at that time or later is below.
    ///
    /// - Parameter seconds: since 1970.
    fileprivate static func lowestKey(madeAt seconds: Int64) -> String {
        let id = UUIDv7(high: UInt64(max(seconds, 0)) * 1000 << 16, low: 0)
        return "emails/\(id)"
    }
}
