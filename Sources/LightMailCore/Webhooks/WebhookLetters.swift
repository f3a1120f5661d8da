import MariaDBClient

/// An event in the outbox, as an administrator looks at it.
package struct WebhookLetter: Sendable, Hashable {
    package let id: UInt64
    /// What happened, by the name that the configuration has for it.
    package let event: String
    /// The body as it is posted, JSON in UTF-8, but for the numbers that are added when it is.
    package let body: String
    /// Seconds since 1970, as all times here.
    package let createdAt: Int64
    package let attempts: Int
    /// When it is tried next.
    package let dueAt: Int64
    /// Why the last attempt failed; nil where none has.
    package let failure: String?
    /// When it was given up; nil for one that still waits.
    package let diedAt: Int64?
}

/// Which events are meant.
package enum WebhookLetters: String, CaseIterable, Sendable {
    /// Those that will be tried, now or later.
    case waiting
    /// Those that were given up.
    case dead

    fileprivate var condition: SQLText {
        switch self {
        case .waiting: "dead_at IS NULL"
        case .dead: "dead_at IS NOT NULL"
        }
    }
}

extension WebhookOutbox {
    private static let columns: SQLText = """
        id, HEX(event), HEX(body), TIMESTAMPDIFF(SECOND, '1970-01-01', created_at), attempts, \
        TIMESTAMPDIFF(SECOND, '1970-01-01', due_at), HEX(failure), TIMESTAMPDIFF(SECOND, '1970-01-01', dead_at)
        """

    /// Events by ascending number.
    ///
    /// - Parameter which: nil for all.
    package func letters(
        _ which: WebhookLetters? = nil, page: Page<UInt64> = Page()
    ) async throws(StoreError) -> [WebhookLetter] {
        let limit = min(page.limit ?? Administration.largestPage, Administration.largestPage + 1)
        let condition = which?.condition ?? "TRUE"
        return try await mapped {
            try await database.read { connection in
                try connection.script(
                    """
                    SELECT \(Self.columns) FROM webhook_events WHERE \(condition) AND id > \(page.after ?? 0) \
                    ORDER BY id LIMIT \(max(limit, 0)) OFFSET \(max(page.offset, 0))
                    """)[0].rows.map(WebhookLetter.init(row:))
            }
        }
    }

    /// - Throws: `StoreError` notFound for one that was sent, removed, or never was.
    package func letter(_ id: UInt64) async throws(StoreError) -> WebhookLetter {
        try await mapped {
            try await database.read { connection in
                let rows = try connection.script("SELECT \(Self.columns) FROM webhook_events WHERE id = \(id)")[0].rows
                guard let row = rows.first else { throw StoreError(.notFound, "event \(id)") }
                return try WebhookLetter(row: row)
            }
        }
    }

    /// Has an event tried now, as if it had never been.
    ///
    /// - Throws: `StoreError` notFound.
    package func retry(_ id: UInt64) async throws(StoreError) {
        // One that stood like this already is not counted as changed.
        if try await change("\(Self.revival) WHERE id = \(id)") == 0 { _ = try await letter(id) }
    }

    /// Has all events tried now that were given up.
    ///
    /// - Returns: how many there were.
    package func retryDead() async throws(StoreError) -> Int {
        try await change("\(Self.revival) WHERE dead_at IS NOT NULL")
    }

    /// Forgets an event.
    ///
    /// - Throws: `StoreError` notFound.
    package func remove(_ id: UInt64) async throws(StoreError) {
        guard try await change("DELETE FROM webhook_events WHERE id = \(id)") > 0 else {
            throw StoreError(.notFound, "event \(id)")
        }
    }

    /// Forgets all events that were given up.
    ///
    /// - Returns: how many there were.
    package func removeDead() async throws(StoreError) -> Int {
        try await change("DELETE FROM webhook_events WHERE dead_at IS NOT NULL")
    }

    private static let revival: SQLText = """
        UPDATE webhook_events SET attempts = 0, due_at = UTC_TIMESTAMP(), dead_at = NULL
        """

    private func change(_ statement: SQLText) async throws(StoreError) -> Int {
        try await mapped {
            Int(try await database.transaction { try $0.commit(after: statement)[0].affectedRows })
        }
    }
}

extension WebhookLetter {
    fileprivate init(row: Row) throws {
        id = try row[0].uint64
        event = String(decoding: try row[1].hex, as: UTF8.self)
        body = String(decoding: try row[2].hex, as: UTF8.self)
        createdAt = try row[3].int64
        attempts = Int(try row[4].uint64)
        dueAt = try row[5].int64
        failure = try row[6].optional.map { String(decoding: try $0.hex, as: UTF8.self) }
        diedAt = try row[7].optional?.int64
    }
}
