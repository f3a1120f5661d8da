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
    /// Numbers below the end that are looked at for what was taken and not committed when the position was.
    private static let lookback: UInt64 = 1_000
    /// The table was empty, for the collector had taken all: where its numbers go on is not known.
    private var isBlank = false

    /// The end of the feed as it is now. What has a number below and is not committed yet will be told.
    static func now(_ database: ConnectionPool) async throws -> FeedPosition {
        let ids = try await database.read { connection in
            try connection.script("SELECT id FROM mailbox_changes ORDER BY id DESC LIMIT \(lookback)")[0].rows.map {
                try $0[0].uint64
            }
        }
        var position = FeedPosition(last: ids.first ?? 0)
        position.isBlank = ids.isEmpty
        let seen = Set(ids)
        let deadline = ContinuousClock.now + patience
        for back in 1..<lookback where back < position.last {
            let id = position.last - back
            if id >= ids.last ?? 0, !seen.contains(id) { position.gaps[id] = deadline }
        }
        return position
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
        if isBlank {
            isBlank = false
            last = max(last, id > Self.lookback ? id - Self.lookback : 0)
        }
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
