import MailFormat
import MariaDBClient

/// A mailbox and since when it is deleted.
package struct RemovedMailbox: Sendable, Hashable {
    package let mailbox: Mailbox
    /// Seconds since 1970.
    package let deletedAt: Int64
}

/// A message by its number: where it is, and what its row says.
package struct MessageRecord: Sendable, Hashable {
    package let id: UInt64
    package let account: AccountID
    package let mailbox: MailboxID
    package let uid: UID
    package let flags: MessageFlags
    /// Octets as a client sees them.
    package let size: UInt64
    /// Seconds since 1970.
    package let internalDate: Int64
    /// When it was expunged; nil for a living message.
    package let deletedAt: Int64?
}

/// A message in a list, with what people know it by.
package struct MessageSummary: Sendable {
    package let record: MessageRecord
    package let envelope: Envelope
}

extension Administration {
    /// - Throws: `StoreError` notFound when there is no living mailbox of that number in a living account.
    package func mailbox(_ id: MailboxID) async throws(StoreError) -> Mailbox {
        try await mapped {
            try await database.read { connection in
                let rows = try connection.script(
                    """
                    SELECT \(LockedMailbox.columns) FROM mailboxes b WHERE id = \(id.rawValue) AND live = 1 \
                    AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = b.account_id AND a.live = 1)
                    """)[0].rows
                guard let row = rows.first else { throw StoreError(.notFound, "mailbox \(id)") }
                return try Mailbox(scriptRow: row)
            }
        }
    }

    /// Mailboxes of a living account that were deleted and are not collected yet, the latest first.
    package func removedMailboxes(of account: AccountID) async throws(StoreError) -> [RemovedMailbox] {
        try await mapped {
            try await database.read { connection in
                try connection.script(
                    """
                    SELECT \(LockedMailbox.columns), TIMESTAMPDIFF(SECOND, '1970-01-01', deleted_at) FROM mailboxes \
                    WHERE account_id = \(account.rawValue) AND live IS NULL ORDER BY deleted_at DESC, id DESC \
                    LIMIT \(Self.largestPage)
                    """)[0].rows.map {
                        RemovedMailbox(mailbox: try Mailbox(scriptRow: $0), deletedAt: try $0[12].int64)
                    }
            }
        }
    }

    /// A message, living or expunged and not collected yet, in a living mailbox of a living account.
    ///
    /// - Throws: `StoreError` notFound.
    package func message(_ id: UInt64) async throws(StoreError) -> MessageRecord {
        try await mapped {
            try await database.read { connection in
                let rows = try connection.query(
                    """
                    SELECT \(MessageRecord.columns) FROM messages m JOIN mailboxes b ON b.id = m.mailbox_id \
                    JOIN accounts a ON a.id = b.account_id WHERE m.id = ? AND b.live = 1 AND a.live = 1
                    """, [.uint(id)])
                guard let row = rows.first else { throw StoreError(.notFound, "message \(id)") }
                return try MessageRecord(row: row)
            }
        }
    }

    /// The number of the living message with that UID.
    ///
    /// - Throws: `StoreError` notFound.
    package func messageID(in mailbox: Mailbox, uid: UID) async throws(StoreError) -> UInt64 {
        try await mapped {
            try await database.read { connection in
                let rows = try connection.query(
                    "SELECT id FROM messages WHERE mailbox_id = ? AND uid = ? AND deleted_at IS NULL",
                    [.uint(mailbox.id.rawValue), .uint(UInt64(uid))])
                guard let row = rows.first else { throw StoreError(.notFound, "message \(uid)") }
                return try row[0].uint64
            }
        }
    }

    /// The living messages of a mailbox, or those that were expunged and are not collected yet.
    ///
    /// - Parameters:
    ///   - newestFirst: by descending UID; then `page.after` leads down.
    ///   - deleted: the expunged ones instead.
    package func messages(
        in mailbox: Mailbox, page: Page<UID>, newestFirst: Bool = false, deleted: Bool = false
    ) async throws(StoreError) -> [MessageSummary] {
        let after = newestFirst ? "m.uid < ?" : "m.uid > ?"
        let sql = """
            SELECT \(MessageRecord.columns), o.envelope FROM messages m JOIN mailboxes b ON b.id = m.mailbox_id \
            JOIN object_keys o ON o.id = m.object_id WHERE m.mailbox_id = ? AND b.account_id = ? \
            AND m.deleted_at IS \(deleted ? "NOT NULL" : "NULL") AND \(after) \
            ORDER BY m.uid \(newestFirst ? "DESC" : "ASC") LIMIT ? OFFSET ?
            """
        let start = page.after.map(UInt64.init) ?? (newestFirst ? UInt64(UID.max) + 1 : 0)
        let values: [SQLValue] = [.uint(mailbox.id.rawValue), .uint(mailbox.account.rawValue), .uint(start)]
        return try await mapped {
            try await database.read { connection in
                try connection.query(sql, values + page.bounds).map { row in
                    MessageSummary(
                        record: try MessageRecord(row: row),
                        envelope: try Envelope(encoded: try row[MessageRecord.columnCount].bytes))
                }
            }
        }
    }
}

extension MessageRecord {
    /// The columns that `init(row:)` reads, of the tables `m` and `b`.
    static let columns = """
        m.id, b.account_id, m.mailbox_id, m.uid, m.flags, m.size, \
        TIMESTAMPDIFF(SECOND, '1970-01-01', m.internal_date), TIMESTAMPDIFF(SECOND, '1970-01-01', m.deleted_at)
        """
    static let columnCount = 8

    init(row: Row) throws {
        id = try row[0].uint64
        account = AccountID(try row[1].uint64)
        mailbox = MailboxID(try row[2].uint64)
        uid = UID(try row[3].uint64)
        flags = MessageFlags(rawValue: UInt8(try row[4].uint64))
        size = try row[5].uint64
        internalDate = try row[6].int64
        deletedAt = try row[7].optionalInt64
    }
}
