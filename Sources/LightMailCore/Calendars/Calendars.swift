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
    /// - Parameters:
    ///   - resource: its name in paths; nil for one that is made up.
    ///   - properties: what a client sets of it beside.
    /// - Throws: `StoreError` notFound for the account, alreadyExists, invalid, limit.
    package func create(
        _ account: AccountID, name: String, as resource: String? = nil, components: CalendarComponents = .standard,
        properties: [CalendarProperty] = []
    ) async throws(StoreError) -> UInt64 {
        try Calendar.requireName(name)
        guard (resource?.utf8.count ?? 0) <= Calendar.longestResource else {
            throw StoreError(.invalid("a name in a path has at most \(Calendar.longestResource) octets"))
        }
        let creation = CalendarCreation(
            account: account, name: name, resource: resource, components: components, properties: properties)
        return try await mapped { try await database.transaction(creation.run) }
    }

    /// Makes the first calendar of an account that has none and has had none, so that a client finds a place for events.
    ///
    /// - Throws: `StoreError` notFound for the account.
    package func createFirst(_ account: AccountID, name: String, as resource: String) async throws(StoreError) {
        let creation = CalendarCreation(
            account: account, name: name, resource: resource, components: .standard, properties: [], isFirst: true)
        _ = try await mapped { try await database.transaction(creation.run) }
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

/// The making of one calendar within a transaction.
private struct CalendarCreation: Sendable {
    let account: AccountID
    let name: String
    let resource: String?
    let components: CalendarComponents
    let properties: [CalendarProperty]
    /// Nothing is made where there has been a calendar.
    var isFirst = false

    /// - Returns: the calendar's number; 0 where none was made.
    func run(on connection: Connection) throws -> UInt64 {
        let wanted = Array((resource ?? "").utf8)
        let rows = try connection.script(
            """
            SELECT id FROM accounts WHERE id = \(account.rawValue) AND live = 1 FOR UPDATE;\
            SELECT COALESCE(SUM(live = 1), 0), COALESCE(SUM(live = 1 AND (name = \(hex: name.utf8) OR \
            resource = \(hex: wanted))), 0), COUNT(*) FROM calendars WHERE account_id = \(account.rawValue)
            """)
        guard !rows[0].rows.isEmpty else { throw StoreError(.notFound, "account \(account)") }
        let counts = rows[1].rows[0]
        if isFirst, try counts[2].uint64 > 0 { return 0 }
        guard try counts[1].uint64 == 0 else { throw StoreError(.alreadyExists, "the calendar") }
        guard try counts[0].uint64 < UInt64(Calendars.most) else {
            throw StoreError(.limit("the account has \(Calendars.most) calendars already"))
        }
        let id = try connection.execute(
            """
            INSERT INTO calendars (account_id, name, resource, components, created_at) \
            VALUES (?, ?, COALESCE(?, CONCAT('calendar-', UUID())), ?, UTC_TIMESTAMP())
            """,
            [
                .uint(account.rawValue), .text(name), resource == nil ? .null : .bytes(wanted),
                .uint(UInt64(components.rawValue)),
            ]
        ).lastInsertID
        try connection.change(properties.map { .set($0) }, of: id)
        return id
    }
}
