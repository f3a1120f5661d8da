import MariaDBClient

/// A property that a client has set of a calendar and that means nothing here (RFC 4918 4: a dead property).
package struct CalendarProperty: Sendable, Hashable {
    package let namespace: String
    package let name: String
    /// The whole element, as XML that stands by itself.
    package let value: [UInt8]

    package init(namespace: String, name: String, value: [UInt8]) {
        self.namespace = namespace
        self.name = name
        self.value = value
    }
}

/// What is done to one of them.
package enum CalendarPropertyChange: Sendable, Hashable {
    case set(CalendarProperty)
    /// That it is not there is no error.
    case remove(namespace: String, name: String)
}

extension Calendars {
    /// Properties of one calendar.
    static let mostProperties = 100
    /// Octets of one property; of its name and of its namespace 255 each.
    static let longestProperty = 32_768
    /// Octets of all properties of one calendar.
    static let longestProperties = 65_536

    /// The properties that clients have set of a calendar.
    package func properties(of calendar: Calendar) async throws(StoreError) -> [CalendarProperty] {
        try await properties(of: [calendar])[calendar.id] ?? []
    }

    /// The same of several calendars of one account, by the number of the calendar.
    package func properties(of calendars: [Calendar]) async throws(StoreError) -> [UInt64: [CalendarProperty]] {
        guard let account = calendars.first?.account else { return [:] }
        return try await mapped {
            try await database.read { connection in
                let rows = try connection.script(
                    """
                    SELECT p.calendar_id, p.namespace, p.name, p.value FROM calendar_properties p \
                    JOIN calendars c ON c.id = p.calendar_id WHERE c.account_id = \(account.rawValue) \
                    AND p.calendar_id IN (\(list: calendars.map(\.id))) ORDER BY p.calendar_id, p.namespace, p.name
                    """)[0].rows
                return try rows.reduce(into: [:]) { result, row in
                    result[try row[0].uint64, default: []].append(
                        CalendarProperty(
                            namespace: String(decoding: try row[1].bytes, as: UTF8.self),
                            name: String(decoding: try row[2].bytes, as: UTF8.self), value: try row[3].bytes))
                }
            }
        }
    }

    /// Changes properties of a calendar, and its name, all or none of them.
    ///
    /// - Parameter name: nil to leave it.
    /// - Throws: `StoreError` notFound, alreadyExists for the name, invalid, limit.
    package func update(
        _ calendar: Calendar, name: String?, _ changes: [CalendarPropertyChange]
    ) async throws(StoreError) {
        if let name { try Calendar.requireName(name) }
        try await mapped {
            try await database.transaction { connection in
                _ = try connection.lockCalendar(calendar.id, of: calendar.account)
                try connection.change(changes, of: calendar.id)
                guard let name else { return }
                do {
                    _ = try connection.execute(
                        "UPDATE calendars SET name = ? WHERE id = ?", [.text(name), .uint(calendar.id)])
                } catch let error as DatabaseError where error.kind == .duplicateKey {
                    throw StoreError(.alreadyExists, "the calendar")
                }
            }
        }
    }
}

extension Connection {
    /// Changes properties of a calendar whose row is locked, or was made in the same transaction.
    ///
    /// - Throws: `StoreError` invalid, limit.
    func change(_ changes: [CalendarPropertyChange], of calendar: UInt64) throws {
        for change in changes {
            switch change {
            case .set(let property):
                guard property.namespace.utf8.count <= 255, property.name.utf8.count <= 255 else {
                    throw StoreError(.invalid("the name of a property has at most 255 octets"))
                }
                guard property.value.count <= Calendars.longestProperty else {
                    throw StoreError(.invalid("a property has at most \(Calendars.longestProperty) octets"))
                }
                _ = try execute(
                    """
                    INSERT INTO calendar_properties (calendar_id, namespace, name, value) VALUES (?, ?, ?, ?) \
                    ON DUPLICATE KEY UPDATE value = VALUES(value)
                    """,
                    [
                        .uint(calendar), .bytes(Array(property.namespace.utf8)), .bytes(Array(property.name.utf8)),
                        .bytes(property.value),
                    ])
            case .remove(let namespace, let name):
                _ = try execute(
                    "DELETE FROM calendar_properties WHERE calendar_id = ? AND namespace = ? AND name = ?",
                    [.uint(calendar), .bytes(Array(namespace.utf8)), .bytes(Array(name.utf8))])
            }
        }
        guard !changes.isEmpty else { return }
        let held = try query(
            """
            SELECT COUNT(*), CAST(COALESCE(SUM(LENGTH(value)), 0) AS UNSIGNED) FROM calendar_properties \
            WHERE calendar_id = ?
            """, [.uint(calendar)])[0]
        guard try held[0].uint64 <= UInt64(Calendars.mostProperties) else {
            throw StoreError(.limit("a calendar has at most \(Calendars.mostProperties) properties of clients"))
        }
        guard try held[1].uint64 <= UInt64(Calendars.longestProperties) else {
            throw StoreError(
                .limit("the properties of a calendar have at most \(Calendars.longestProperties) octets together"))
        }
    }
}
