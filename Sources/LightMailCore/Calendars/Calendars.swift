import CalendarFormat
import MariaDBClient

/// The calendars of accounts: make, list, rename, delete.
///
/// What changes in a calendar changes in a transaction that holds the lock of its row, and then of the account's, as it is
/// with mailboxes (docs/ARCHITECTURE.md, invariant 3).
package struct Calendars: Sendable {
    let database: ConnectionPool
    let objects: ObjectStore

    /// Octets of one calendar object.
    package static let longestObject = CalendarLimits().octets
    /// Calendars of one account.
    static let most = 500

    /// Makes a calendar.
    ///
    /// - Throws: `StoreError` notFound for the account, alreadyExists, invalid, limit.
    package func create(_ account: AccountID, name: String) async throws(StoreError) -> UInt64 {
        try Calendar.requireName(name)
        return try await mapped {
            try await database.transaction { connection in
                let rows = try connection.script(
                    """
                    SELECT id FROM accounts WHERE id = \(account.rawValue) AND live = 1 FOR UPDATE;\
                    SELECT COUNT(*), COALESCE(SUM(name = \(hex: name.utf8)), 0) FROM calendars \
                    WHERE account_id = \(account.rawValue) AND live = 1
                    """)
                guard !rows[0].rows.isEmpty else { throw StoreError(.notFound, "account \(account)") }
                guard try rows[1].rows[0][1].uint64 == 0 else { throw StoreError(.alreadyExists, "the calendar") }
                guard try rows[1].rows[0][0].uint64 < UInt64(Self.most) else {
                    throw StoreError(.limit("the account has \(Self.most) calendars already"))
                }
                return try connection.execute(
                    "INSERT INTO calendars (account_id, name, created_at) VALUES (?, ?, UTC_TIMESTAMP())",
                    [.uint(account.rawValue), .text(name)]
                ).lastInsertID
            }
        }
    }

    /// The living calendars of an account, by name.
    package func list(_ account: AccountID) async throws(StoreError) -> [Calendar] {
        try await mapped {
            try await database.read { connection in
                try connection.query(
                    "SELECT \(Calendar.columns) FROM calendars c WHERE c.account_id = ? AND c.live = 1 ORDER BY c.name",
                    [.uint(account.rawValue)]
                ).map(Calendar.init(row:))
            }
        }
    }

    /// Gives a calendar another name.
    ///
    /// - Throws: `StoreError` notFound, alreadyExists, invalid.
    package func rename(_ calendar: Calendar, to name: String) async throws(StoreError) {
        try Calendar.requireName(name)
        try await mapped {
            try await database.transaction { connection in
                let locked = try connection.lockCalendar(calendar.id, of: calendar.account)
                do {
                    _ = try connection.execute(
                        "UPDATE calendars SET name = ?, highest_modseq = ? WHERE id = ?",
                        [.text(name), .uint(locked.highestModSeq + 1), .uint(calendar.id)])
                } catch let error as DatabaseError where error.kind == .duplicateKey {
                    throw StoreError(.alreadyExists, "the calendar")
                }
            }
        }
    }

    /// Deletes a calendar with its events. The rows rest until the collector takes them.
    ///
    /// - Throws: `StoreError` notFound.
    package func delete(_ calendar: Calendar) async throws(StoreError) {
        try await mapped {
            try await database.transaction { connection in
                let locked = try connection.lockCalendar(calendar.id, of: calendar.account)
                _ = try connection.commit(
                    after: """
                        UPDATE calendars SET live = NULL, deleted_at = UTC_TIMESTAMP() WHERE id = \(calendar.id);\
                        \(AccountUsage.change(calendar.account, bytes: -locked.bytes, messages: 0))
                        """)
            }
        }
    }
}

extension Connection {
    /// Locks the row of a living calendar of an account.
    ///
    /// - Throws: `StoreError` notFound.
    func lockCalendar(_ id: UInt64, of account: AccountID) throws -> Calendar {
        let rows = try query(
            "SELECT \(Calendar.columns) FROM calendars c WHERE c.id = ? AND c.account_id = ? AND c.live = 1 FOR UPDATE",
            [.uint(id), .uint(account.rawValue)])
        guard let row = rows.first else { throw StoreError(.notFound, "calendar \(id)") }
        return try Calendar(row: row)
    }
}
