import MariaDBClient

/// What can be done to messages that are there: flags, expunge, copy, move, and reading what they are.
///
/// Every change takes a new mod-sequence under the mailbox row's lock and is told to the change feed in its own
/// transaction. Every call names the account and finds nothing outside it.
package struct Messages: Sendable {
    let database: ConnectionPool
    let objects: ObjectStore
    let changes: ChangeFeed
    let outbox: WebhookOutbox
    let envelopeCache: EnvelopeCache
    let detailsCache = DetailsCache(maximumBytes: 4 << 20)
}

/// A change of flags and keywords (RFC 9051 6.4.6).
package struct FlagChange: Sendable, Hashable {
    /// FLAGS, +FLAGS or -FLAGS.
    package enum Operation: Sendable, Hashable { case replace, add, remove }

    package let operation: Operation
    package let flags: MessageFlags
    package let keywords: [Keyword]
    /// The system flags that it does not touch, whatever it says of them.
    package let keptFlags: MessageFlags
    /// Whether it touches no keyword.
    package let keepsKeywords: Bool

    /// - Parameter rights: flags that they do not allow to change are left as they are (RFC 4314 4).
    package init(
        _ operation: Operation, _ flags: MessageFlags, _ keywords: [Keyword] = [], rights: MailboxRights = .all
    ) {
        self.operation = operation
        self.flags = flags.intersection(rights.flags)
        keptFlags = MessageFlags.all.subtracting(rights.flags)
        keepsKeywords = !rights.contains(.write)
        self.keywords = keepsKeywords ? [] : keywords
    }
}

/// Keeps a change from messages that changed since the client looked (UNCHANGEDSINCE, RFC 7162 3.1.3).
package struct UnchangedSince: Sendable {
    package let modSeq: ModSeq
    /// The messages as the client knows them.
    package let view: MailboxIndex

    package init(_ modSeq: ModSeq, view: MailboxIndex) {
        self.modSeq = modSeq
        self.view = view
    }
}

/// What became of a change of flags.
package struct StoreOutcome: Sendable, Hashable {
    /// The mod-sequence of what changed; nil when every message had the flags already.
    package let modSeq: ModSeq?
    /// Messages left alone because they changed since the mod-sequence that the caller gave (MODIFIED, RFC 7162 3.1.3).
    package let failed: UIDSet
    /// Messages that are gone.
    package let missing: Int
}

extension Messages {
    /// Changes flags of messages, in at most five round trips whatever their number. Messages that are gone are skipped.
    ///
    /// - Parameter unchangedSince: leaves out messages whose mod-sequence is higher. One that others changed, but not in
    ///   the flags that are to be added or removed, is not left out (RFC 7162 3.1.12).
    /// - Parameter permit: of who is not the owner.
    /// - Throws: `StoreError` notFound for the mailbox, forbidden, limit when it has no room for a new keyword.
    package func storeFlags(
        account: AccountID, mailbox: MailboxID, uids: UIDSet, change: FlagChange, unchangedSince: UnchangedSince? = nil,
        permit: MailboxPermit? = nil
    ) async throws(StoreError) -> StoreOutcome {
        guard !uids.isEmpty else { return StoreOutcome(modSeq: nil, failed: UIDSet(), missing: 0) }
        let outcome = try await mapped {
            try await database.transaction { connection in
                var (locked, _) = try connection.lock([(account, mailbox)], permits: permit.map { [$0] } ?? [])
                guard var box = locked.removeValue(forKey: mailbox) else { throw StoreError(.notFound) }
                let mask =
                    change.operation == .remove
                    ? box.dictionary.mask(ofKnown: change.keywords)
                    : try connection.mask(of: change.keywords, in: &box)
                return try connection.apply(change, mask, to: uids, in: &box, unchangedSince)
            }
        }
        if outcome.modSeq != nil { changes.post(account: account, mailbox: mailbox) }
        return outcome
    }
}

extension KeywordDictionary {
    /// The bits of those keywords that have one.
    func mask(ofKnown keywords: [Keyword]) -> UInt64 {
        keywords.reduce(0) { $0 | (mask(of: $1) ?? 0) }
    }
}

extension Connection {
    /// Updates the rows in a locked mailbox. Rows that have the flags already keep their mod-sequence.
    fileprivate func apply(
        _ change: FlagChange, _ mask: UInt64, to uids: UIDSet, in box: inout LockedMailbox,
        _ unchangedSince: UnchangedSince?
    ) throws -> StoreOutcome {
        var spared: [UID] = []
        var failed: [UID] = []
        var script = change.statements(mask, uids.condition, in: box)
        if let unchangedSince {
            let (limit, rows) = (unchangedSince.modSeq, uids.condition)
            script = """
                SELECT uid, flags, keywords FROM messages WHERE mailbox_id = \(box.mailbox.id.rawValue) \
                AND \(rows) AND deleted_at IS NULL AND modseq > \(limit) ORDER BY uid;\
                \(change.statements(mask, "\(rows) AND modseq <= \(limit)", in: box))
                """
        }
        var results = try self.script(script)[...]
        if let unchangedSince {
            for row in results.removeFirst().rows {
                let uid = UInt32(try row[0].uint64)
                let flags = MessageFlags(rawValue: UInt8(truncatingIfNeeded: try row[1].uint64))
                let isSpared = unchangedSince.spares(uid, flags, try row[2].uint64, change, mask)
                if isSpared { spared.append(uid) } else { failed.append(uid) }
            }
        }
        var update = try FlagUpdate(results)
        if !spared.isEmpty {
            update.add(try FlagUpdate(self.script(change.statements(mask, UIDSet(spared).condition, in: box))[...]))
        }
        let missing = uids.count - update.found - failed.count
        guard update.changed > 0 else { return StoreOutcome(modSeq: nil, failed: UIDSet(failed), missing: missing) }
        box.unseenDelta = update.unseen
        _ = try commit(after: box.update)
        return StoreOutcome(modSeq: box.modSeq, failed: UIDSet(failed), missing: missing)
    }
}

/// What an update of flags did.
private struct FlagUpdate {
    /// Messages that were there.
    private(set) var found: Int
    /// By how many there are more without \Seen.
    private(set) var unseen: Int64
    private(set) var changed: UInt64

    /// - Parameter results: of `FlagChange.statements`.
    init(_ results: ArraySlice<ScriptResult>) throws {
        guard let sums = results.first?.rows.first, let update = results.last else {
            throw StoreError(.internal, "an aggregate gave no row")
        }
        found = Int(try sums[0].int64)
        unseen = try sums[1].int64
        changed = update.affectedRows
    }

    mutating func add(_ other: FlagUpdate) {
        found += other.found
        unseen += other.unseen
        changed += other.changed
    }
}

extension UnchangedSince {
    /// Whether a message with a higher mod-sequence still has the flags in question as the client knows them.
    fileprivate func spares(
        _ uid: UID, _ flags: MessageFlags, _ keywords: UInt64, _ change: FlagChange, _ mask: UInt64
    ) -> Bool {
        guard change.operation != .replace, let position = view.position(of: uid), view.modSeqs[position] <= modSeq
        else { return false }
        return flags.intersection(change.flags) == view.systemFlags(at: position).intersection(change.flags)
            && keywords & mask == view.keywords[position] & mask
    }
}

extension FlagChange {
    /// What counts the living rows of a locked mailbox that meet a condition, and what changes them.
    fileprivate func statements(_ mask: UInt64, _ condition: SQLText, in box: LockedMailbox) -> SQLText {
        let (flags, keywords) = expressions(mask)
        let rows: SQLText = """
            mailbox_id = \(box.mailbox.id.rawValue) AND \(condition) AND deleted_at IS NULL
            """
        return """
            SELECT COUNT(*), COALESCE(SUM((\(flags) & 1 = 0) - (flags & 1 = 0)), 0) FROM messages WHERE \(rows);\
            UPDATE messages SET modseq = \(box.modSeq), flags = \(flags), keywords = \(keywords) \
            WHERE \(rows) AND (flags <> \(flags) OR keywords <> \(keywords))
            """
    }

    /// What a row's two columns become.
    fileprivate func expressions(_ mask: UInt64) -> (flags: SQLText, keywords: SQLText) {
        switch operation {
        case .replace:
            (
                keptFlags.isEmpty ? "\(flags.rawValue)" : "(flags & \(keptFlags.rawValue) | \(flags.rawValue))",
                keepsKeywords ? "keywords" : "\(mask)"
            )
        case .add: ("(flags | \(flags.rawValue))", "(keywords | \(mask))")
        case .remove: ("(flags & \(flags.rawValue ^ 0xFF))", "(keywords & \(~mask))")
        }
    }
}
