import MariaDBClient

/// A row of the feed.
struct FeedEntry: Sendable {
    let event: ChangeEvent
    /// That the change took.
    let modSeq: ModSeq
}

/// How far the change feed has been read, and which numbers below may still appear.
struct FeedPosition: Sendable {
    private var last: UInt64
    private var gaps: [UInt64: ContinuousClock.Instant] = [:]
    /// Set when more was missed than could be remembered: whoever watches has to look for himself.
    private(set) var lostTrack = false

    /// A row's transaction commits in the same round trip as it inserts; one that waits longer has been given up.
    private static let patience = Duration.seconds(60)
    private static let maximumGaps = 10_000
    private static let maximumRows = 10_000

    /// The end of the feed as it is now.
    static func now(_ database: ConnectionPool) async throws -> FeedPosition {
        let last = try await database.read { connection in
            try connection.script("SELECT COALESCE(MAX(id), 0) FROM mailbox_changes")[0].rows[0][0].uint64
        }
        return FeedPosition(last: last)
    }

    private init(last: UInt64) {
        self.last = last
    }

    /// Reads what has been committed since: one query by primary key.
    mutating func read(_ database: ConnectionPool) async throws -> [FeedEntry] {
        lostTrack = false
        let missing: SQLText = gaps.isEmpty ? "" : " OR id IN (\(list: gaps.keys.sorted()))"
        let script: SQLText = """
            SELECT id, account_id, mailbox_id, kind, HEX(name), HEX(detail), modseq FROM mailbox_changes \
            WHERE id > \(last)\(missing) ORDER BY id LIMIT \(Self.maximumRows)
            """
        let rows = try await database.read { connection in
            try connection.script(script)[0].rows.map {
                (try $0[0].uint64, FeedEntry(event: try ChangeEvent(row: $0), modSeq: try $0[6].uint64))
            }
        }
        let now = ContinuousClock.now
        gaps = gaps.filter { $0.value > now }
        for (id, _) in rows {
            if id > last {
                remember(missingBelow: id, until: now + Self.patience)
                last = id
            } else {
                gaps[id] = nil
            }
        }
        return rows.map(\.1)
    }

    private mutating func remember(missingBelow id: UInt64, until deadline: ContinuousClock.Instant) {
        guard id - last - 1 <= UInt64(Self.maximumGaps - gaps.count) else {
            lostTrack = true
            return
        }
        for missing in (last + 1)..<id { gaps[missing] = deadline }
    }
}

extension ChangeEvent {
    /// - Parameter row: of the feed. A kind that this release does not know, written by a newer one, may be any change of
    ///   messages.
    fileprivate init(row: Row) throws {
        self.init(
            account: AccountID(try row[1].uint64), mailbox: MailboxID(try row[2].uint64),
            kind: Kind(rawValue: try row[3].string) ?? .messages, name: try row[4].optional?.hex,
            detail: try row[5].optional?.hex)
    }
}
