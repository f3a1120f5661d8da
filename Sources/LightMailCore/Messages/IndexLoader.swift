import MariaDBClient

/// Reads indexes from the rows.
///
/// The mailbox row is read before the messages. A commit in between makes the rows newer than the row's mod-sequence,
/// and the next refresh then reads those changes once more, which changes nothing; the other order would miss them. Such a
/// change may have brought a keyword, whose name is then read after the rows.
struct IndexLoader {
    let database: ConnectionPool

    private static let columns = """
        uid, flags, keywords, modseq, size, TIMESTAMPDIFF(SECOND, '1970-01-01', internal_date)
        """

    /// The mailbox as it is now, and its keywords: one round trip.
    func mailbox(_ id: MailboxID, of account: AccountID) async throws -> (Mailbox, KeywordDictionary) {
        let script: SQLText = """
            SELECT \(LockedMailbox.columns) FROM mailboxes \
            WHERE id = \(id.rawValue) AND account_id = \(account.rawValue) AND live = 1;\
            SELECT mailbox_id, bit, HEX(name) FROM mailbox_keywords WHERE mailbox_id = \(id.rawValue) ORDER BY bit
            """
        return try await database.read { connection in
            let results = try connection.script(script)
            guard let row = results[0].rows.first else {
                throw StoreError(.notFound, "mailbox \(id) of account \(account)")
            }
            return (try Mailbox(scriptRow: row), try KeywordDictionary.byMailbox(results[1].rows)[id] ?? .init())
        }
    }

    /// All messages of the mailbox: one round trip once the statement is prepared.
    func load(_ mailbox: Mailbox, _ dictionary: KeywordDictionary) async throws -> MailboxIndex {
        let (uids, flags, keywords, modSeqs, sizes, dates) = try await database.read { connection in
            try connection.columns(
                "SELECT \(Self.columns) FROM messages WHERE mailbox_id = ? AND deleted_at IS NULL ORDER BY uid",
                [.uint(mailbox.id.rawValue)], UInt32.self, UInt8.self, UInt64.self, UInt64.self, UInt32.self, Int64.self
            )
        }
        var index = MailboxIndex(mailbox, try await self.dictionary(dictionary, naming: keywords, in: mailbox.id))
        index.uids = uids
        index.flags = flags
        index.keywords = keywords
        index.modSeqs = modSeqs
        index.sizes = sizes
        index.dates = dates
        index.uidNext = max(index.uidNext, (uids.last ?? 0) &+ 1)
        return index
    }

    /// The index brought forward to `mailbox`: one round trip, costing what changed. Where tombstones that it would need
    /// are collected, it is read anew: what is collected is of the same moment as the rows, for a collector may come
    /// between the mailbox's row and these.
    func advance(_ index: MailboxIndex, to mailbox: Mailbox, _ dictionary: KeywordDictionary) async throws
        -> MailboxIndex
    {
        let since = index.highestModSeq
        guard mailbox.collectedModSeq <= since, mailbox.uidValidity == index.uidValidity else {
            return try await load(mailbox, dictionary)
        }
        // The first row is the mailbox's own, with what is collected in the place of the keywords; no message has UID 0.
        let (uids, flags, keywords, modSeqs, sizes, dates, deleted) = try await database.read { connection in
            try connection.columns(
                """
                SELECT 0 AS uid, 0, collected_modseq, 0, 0, 0, 0 FROM mailboxes WHERE id = ? UNION ALL \
                SELECT \(Self.columns), deleted_at IS NOT NULL FROM messages WHERE mailbox_id = ? AND modseq > ? ORDER BY uid
                """,
                [.uint(mailbox.id.rawValue), .uint(mailbox.id.rawValue), .uint(since)], UInt32.self, UInt8.self,
                UInt64.self, UInt64.self,
                UInt32.self, Int64.self, Int64.self)
        }
        guard uids.first == 0, let collected = keywords.first else {
            throw StoreError(.notFound, "mailbox \(mailbox.id)")
        }
        guard collected <= since else { return try await load(mailbox, dictionary) }
        var next = index
        next.uidNext = max(index.uidNext, mailbox.uidNext)
        next.highestModSeq = mailbox.highestModSeq
        next.dictionary = try await self.dictionary(dictionary, naming: keywords.dropFirst(), in: mailbox.id)
        next.apply(
            uids.indices.dropFirst().map { place in
                (
                    MailboxIndex.Row(
                        uid: uids[place], flags: flags[place], keywords: keywords[place], modSeq: modSeqs[place],
                        size: sizes[place], date: dates[place]), deleted[place] != 0
                )
            })
        next.uidNext = max(next.uidNext, (next.uids.last ?? 0) &+ 1)
        return next
    }

    /// The dictionary with a name for every bit of the rows: no round trip unless there is one that it lacks.
    private func dictionary(
        _ known: KeywordDictionary, naming masks: some Sequence<UInt64>, in id: MailboxID
    ) async throws -> KeywordDictionary {
        guard masks.reduce(0, |) & ~known.mask != 0 else { return known }
        return try await database.read { connection in
            let rows = try connection.script(
                "SELECT mailbox_id, bit, HEX(name) FROM mailbox_keywords WHERE mailbox_id = \(id.rawValue) ORDER BY bit"
            )[0].rows
            return try KeywordDictionary.byMailbox(rows)[id] ?? known
        }
    }
}

extension MailboxIndex {
    /// An index without messages yet.
    init(_ mailbox: Mailbox, _ dictionary: KeywordDictionary) {
        self.init(
            mailbox: mailbox.id, uidValidity: mailbox.uidValidity, uidNext: mailbox.uidNext,
            highestModSeq: mailbox.highestModSeq, dictionary: dictionary)
    }
}
