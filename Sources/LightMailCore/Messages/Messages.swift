import MariaDBClient

/// What can be done to messages that are there: flags, expunge, copy, move, and reading what they are.
///
/// Every change takes a new mod-sequence under the mailbox row's lock and is told to the change feed in its own
/// transaction. Every call names the account and finds nothing outside it.
package struct Messages: Sendable {
    let database: ConnectionPool
    let objects: ObjectStore
    let changes: ChangeFeed
}

/// A change of flags and keywords (RFC 9051 6.4.6).
package struct FlagChange: Sendable, Hashable {
    /// FLAGS, +FLAGS or -FLAGS.
    package enum Operation: Sendable, Hashable { case replace, add, remove }

    package let operation: Operation
    package let flags: MessageFlags
    package let keywords: [Keyword]

    package init(_ operation: Operation, _ flags: MessageFlags, _ keywords: [Keyword] = []) {
        self.operation = operation
        self.flags = flags
        self.keywords = keywords
    }
}

/// What became of a change of flags.
package struct StoreOutcome: Sendable, Hashable {
    /// The mod-sequence of what changed; nil when every message had the flags already.
    package let modSeq: ModSeq?
    /// Messages left alone because they changed since the mod-sequence that the caller gave (MODIFIED, RFC 7162 3.1.3).
    package let failed: UIDSet
}

extension Messages {
    /// Changes flags of messages, in at most four round trips whatever their number. Messages that are gone are skipped.
    ///
    /// - Parameter unchangedSince: leaves out messages whose mod-sequence is higher (RFC 7162 3.1.3).
    /// - Throws: `StoreError` notFound for the mailbox, limit when it has no room for a new keyword.
    package func storeFlags(
        account: AccountID, mailbox: MailboxID, uids: UIDSet, change: FlagChange, unchangedSince: ModSeq? = nil
    ) async throws(StoreError) -> StoreOutcome {
        guard !uids.isEmpty else { return StoreOutcome(modSeq: nil, failed: UIDSet()) }
        let outcome = try await mapped {
            try await database.transaction { connection in
                var (locked, _) = try connection.lock([(account, mailbox)])
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
        _ change: FlagChange, _ mask: UInt64, to uids: UIDSet, in box: inout LockedMailbox, _ unchangedSince: ModSeq?
    ) throws -> StoreOutcome {
        let (flags, keywords) = change.expressions(mask)
        let rows: SQLText = """
            mailbox_id = \(box.mailbox.id.rawValue) AND \(uids.condition) AND deleted_at IS NULL
            """
        let chosen: SQLText = "\(rows) AND modseq <= \(unchangedSince ?? UInt64(Int64.max))"
        let results = try script(
            """
            SELECT COALESCE(SUM((\(flags) & 1 = 0) - (flags & 1 = 0)), 0) FROM messages WHERE \(chosen);\
            SELECT uid FROM messages WHERE \(rows) AND modseq > \(unchangedSince ?? UInt64(Int64.max)) ORDER BY uid;\
            UPDATE messages SET modseq = \(box.modSeq), flags = \(flags), keywords = \(keywords) \
            WHERE \(chosen) AND (flags <> \(flags) OR keywords <> \(keywords))
            """)
        let failed = UIDSet(try results[1].rows.map { UInt32(try $0[0].uint64) })
        guard results[2].affectedRows > 0 else { return StoreOutcome(modSeq: nil, failed: failed) }
        box.unseenDelta = try results[0].rows.first?[0].int64 ?? 0
        _ = try commit(after: box.update)
        return StoreOutcome(modSeq: box.modSeq, failed: failed)
    }
}

extension FlagChange {
    /// What a row's two columns become.
    fileprivate func expressions(_ mask: UInt64) -> (flags: SQLText, keywords: SQLText) {
        switch operation {
        case .replace: ("\(flags.rawValue)", "\(mask)")
        case .add: ("(flags | \(flags.rawValue))", "(keywords | \(mask))")
        case .remove: ("(flags & \(flags.rawValue ^ 0xFF))", "(keywords & \(~mask))")
        }
    }
}
