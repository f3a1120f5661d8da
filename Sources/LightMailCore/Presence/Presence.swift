import MariaDBClient

/// Where daemons tell that they are there and whom they serve, and where they are told whom to serve no more.
///
/// A daemon writes what changed since it wrote last, in one round trip, so that a login costs nothing and a session that is
/// over sooner is never written. What is shown is therefore as old as a beat, and a session ends within one.
package struct Presence: Sendable {
    let database: ConnectionPool

    /// Sessions in one statement.
    package static let batch = 500

    /// Writes that a daemon is there, and up to ``batch`` each of the sessions that began and ended.
    ///
    /// - Parameters:
    ///   - beat: how often it does so, in seconds.
    ///   - sample: what it has done in these five minutes; nil for one that does nothing for clients.
    /// - Returns: the sessions that it is to end, those of an account that was stopped meanwhile among them; and whether the
    ///   daemon was unknown: at its first beat, and after the collector forgot it, with all that it had told.
    package func tell(
        _ daemon: DaemonRecord, beat: UInt32, sample: DaemonSample? = nil, began: [LiveSession], ended: [String]
    ) async throws(StoreError) -> (ending: [String], wasUnknown: Bool) {
        var script: SQLText = """
            INSERT INTO daemons (id, kind, host, pid, version, started_at, seen_at, beat_seconds, connections) VALUES \
            (\(hex: daemon.id.utf8), \(hex: daemon.kind.utf8), \(hex: daemon.host.utf8), \(daemon.pid), \
            \(hex: daemon.version.utf8), \(secondsSince1970: daemon.startedAt), UTC_TIMESTAMP(), \(beat), \
            \(daemon.connections)) ON DUPLICATE KEY UPDATE seen_at = UTC_TIMESTAMP(), beat_seconds = \(beat), \
            connections = \(daemon.connections)
            """
        if let sample { script += ";\(sample.statement(of: daemon))" }
        if !began.isEmpty {
            let rows = began.map { session -> SQLText in
                let client: SQLText = session.client.map { "\(hex: $0.utf8)" } ?? "NULL"
                return """
                    (\(hex: session.id.utf8), \(hex: daemon.id.utf8), \(session.account.rawValue), \
                    \(hex: session.listener.utf8), \(client), \(secondsSince1970: session.beganAt))
                    """
            }
            // Who was stopped, or got a new password, before the session was known is found now. That it is to end stays, should
            // it be told of again.
            script += """
                ;INSERT INTO daemon_sessions (id, daemon_id, account_id, listener, client, began_at) VALUES \(list: rows) \
                ON DUPLICATE KEY UPDATE daemon_id = VALUES(daemon_id), account_id = VALUES(account_id), \
                listener = VALUES(listener), client = VALUES(client), began_at = VALUES(began_at);\
                UPDATE daemon_sessions s LEFT JOIN accounts a ON a.id = s.account_id AND a.live = 1 AND a.is_active = 1 \
                LEFT JOIN domains d ON d.id = a.domain_id AND d.is_active = 1 SET s.is_ending = 1 \
                WHERE s.id IN (\(list: began.map { "\(hex: $0.id.utf8)" as SQLText })) \
                AND (d.id IS NULL OR s.began_at <= a.sessions_ended_at)
                """
        }
        if !ended.isEmpty {
            script += ";DELETE FROM daemon_sessions WHERE id IN (\(list: ended.map { "\(hex: $0.utf8)" as SQLText }))"
        }
        script += ";SELECT HEX(id) FROM daemon_sessions WHERE daemon_id = \(hex: daemon.id.utf8) AND is_ending = 1"
        return try await mapped {
            try await database.transaction { [script] connection in
                let results = try connection.commit(after: script)
                let rows = results.last { !$0.rows.isEmpty }?.rows ?? []
                // One row is affected by an INSERT, two or none by the UPDATE in its place.
                return (try rows.map { String(decoding: try $0[0].hex, as: UTF8.self) }, results[0].affectedRows == 1)
            }
        }
    }

    /// Takes leave: the daemon is no more, and its sessions with it. One that comes in its place within the same five minutes would
    /// have its connections counted beside those of this one.
    package func leave(_ daemon: String) async throws(StoreError) {
        try await change(
            """
            UPDATE daemon_samples SET connections = 0 WHERE taken_at > UTC_TIMESTAMP() - INTERVAL \(Samples.step) SECOND \
            AND daemon_id = \(hex: daemon.utf8);\
            DELETE FROM daemon_sessions WHERE daemon_id = \(hex: daemon.utf8);\
            DELETE FROM daemons WHERE id = \(hex: daemon.utf8)
            """)
    }

    /// Has a session ended by its daemon, at that one's next beat.
    ///
    /// - Throws: `StoreError` notFound when there is none, or no more.
    package func disconnect(_ session: String) async throws(StoreError) {
        let isThere = try await mapped {
            try await database.transaction { connection in
                let id: SQLText = "\(hex: session.utf8)"
                let results = try connection.commit(
                    after: """
                        UPDATE daemon_sessions SET is_ending = 1 WHERE id = \(id);\
                        SELECT COUNT(*) FROM daemon_sessions WHERE id = \(id)
                        """)
                return try results[1].rows[0][0].int64 > 0
            }
        }
        guard isThere else { throw StoreError(.notFound, "session") }
    }

    private func change(_ script: SQLText) async throws(StoreError) {
        try await mapped { try await database.transaction { _ = try $0.commit(after: script) } }
    }
}

extension Presence {
    /// The daemons, by kind, host and start.
    ///
    /// - Parameter all: those too that have not told of themselves lately, until the collector forgets them after an hour.
    package func daemons(all: Bool = false) async throws(StoreError) -> [DaemonRecord] {
        let records = try await mapped {
            try await database.read { connection in
                try connection.script(
                    """
                    SELECT HEX(id), HEX(kind), HEX(host), pid, HEX(version), TIMESTAMPDIFF(SECOND, '1970-01-01', started_at), \
                    TIMESTAMPDIFF(SECOND, '1970-01-01', seen_at), \(Self.isAlive), connections FROM daemons d \
                    ORDER BY kind, host, started_at, id LIMIT \(Administration.largestPage)
                    """)[0].rows.map { try DaemonRecord(row: $0) }
            }
        }
        return all ? records : records.filter(\.isAlive)
    }

    /// The sessions of daemons that are alive, by id.
    package func sessions(
        _ filter: SessionFilter = SessionFilter(), page: Page<String> = Page()
    ) async throws(StoreError) -> [SessionRecord] {
        var condition: SQLText = "\(Self.isAlive)"
        if let account = filter.account { condition += " AND a.username = \(hex: account.description.utf8)" }
        if let kind = filter.kind { condition += " AND d.kind = \(hex: kind.utf8)" }
        if let daemon = filter.daemon { condition += " AND d.id = \(hex: daemon.utf8)" }
        if let after = page.after { condition += " AND s.id > \(hex: after.utf8)" }
        let limit = max(min(page.limit ?? Administration.largestPage, Administration.largestPage + 1), 0)
        return try await mapped {
            try await database.read { [condition] connection in
                try connection.script(
                    """
                    SELECT HEX(s.id), HEX(d.id), HEX(d.kind), HEX(d.host), a.id, HEX(a.username), HEX(s.listener), \
                    HEX(s.client), TIMESTAMPDIFF(SECOND, '1970-01-01', s.began_at), s.is_ending FROM daemon_sessions s \
                    JOIN daemons d ON d.id = s.daemon_id JOIN accounts a ON a.id = s.account_id WHERE \(condition) \
                    ORDER BY s.id LIMIT \(limit) OFFSET \(max(page.offset, 0))
                    """)[0].rows.map { try SessionRecord(row: $0) }
            }
        }
    }

    /// Of the table `d`: a beat may be late, or be lost, and the next.
    private static var isAlive: SQLText { "d.seen_at >= UTC_TIMESTAMP() - INTERVAL 3 * d.beat_seconds SECOND" }
}

/// Statements that have all sessions of accounts ended.
enum SessionEnding {
    /// Those too that their daemons have not told of yet.
    static func of(_ account: AccountID) -> SQLText {
        """
        UPDATE accounts SET sessions_ended_at = UTC_TIMESTAMP() WHERE id = \(account.rawValue);\
        UPDATE daemon_sessions SET is_ending = 1 WHERE account_id = \(account.rawValue)
        """
    }

    static func of(domain: UInt64) -> SQLText {
        """
        UPDATE daemon_sessions s JOIN accounts a ON a.id = s.account_id SET s.is_ending = 1 WHERE a.domain_id = \(domain)
        """
    }
}

extension DaemonRecord {
    /// A daemon that tells of itself.
    ///
    /// - Parameter startedAt: seconds since 1970.
    package init(
        id: String, kind: String, host: String, pid: UInt32, version: String, startedAt: Int64, connections: Int
    ) {
        self.init(
            id: id, kind: kind, host: host, pid: pid, version: version, startedAt: startedAt, seenAt: startedAt,
            isAlive: true, connections: connections)
    }

    fileprivate init(row: Row) throws {
        self.init(
            id: try row[0].hexText, kind: try row[1].hexText, host: try row[2].hexText,
            pid: UInt32(clamping: try row[3].uint64), version: try row[4].hexText, startedAt: try row[5].int64,
            seenAt: try row[6].int64, isAlive: try row[7].bool, connections: Int(clamping: try row[8].int64))
    }
}

extension SessionRecord {
    fileprivate init(row: Row) throws {
        self.init(
            id: try row[0].hexText, daemon: try row[1].hexText, kind: try row[2].hexText, host: try row[3].hexText,
            account: AccountID(try row[4].uint64), username: try row[5].hexText, listener: try row[6].hexText,
            client: try row[7].optional?.hexText, beganAt: try row[8].int64, isEnding: try row[9].bool)
    }
}

extension Row.Cell {
    /// The text whose bytes HEX() wrote.
    fileprivate var hexText: String { get throws { String(decoding: try hex, as: UTF8.self) } }
}

extension SQLText.Interpolation {
    /// A DATETIME.
    fileprivate mutating func appendInterpolation(secondsSince1970 seconds: Int64) {
        appendInterpolation("DATE_ADD('1970-01-01', INTERVAL \(seconds) SECOND)" as SQLText)
    }
}
