import MariaDBClient

extension Messages {
    /// Removes the messages that have \Deleted (RFC 9051 6.4.3), or those of them that are in `uids` (6.4.9). The rows
    /// stay as tombstones until the collector takes them. At most three round trips.
    ///
    /// - Parameter permit: of who is not the owner.
    /// - Returns: how many were removed.
    /// - Throws: `StoreError` notFound for the mailbox, forbidden.
    @discardableResult
    package func expunge(
        account: AccountID, mailbox: MailboxID, uids: UIDSet? = nil, permit: MailboxPermit? = nil
    ) async throws(StoreError) -> Int {
        if let uids, uids.isEmpty { return 0 }
        let condition: SQLText = uids.map { "\($0.condition) AND flags & 8 <> 0" } ?? "flags & 8 <> 0"
        return try await remove(account: account, mailbox: mailbox, where: condition, permit)
    }

    /// Removes messages whatever their flags, as an administrator or a POP3 session does.
    ///
    /// - Returns: how many were removed.
    @discardableResult
    package func remove(account: AccountID, mailbox: MailboxID, uids: UIDSet) async throws(StoreError) -> Int {
        uids.isEmpty ? 0 : try await remove(account: account, mailbox: mailbox, where: uids.condition)
    }

    private func remove(
        account: AccountID, mailbox: MailboxID, where condition: SQLText, _ permit: MailboxPermit? = nil
    ) async throws(StoreError) -> Int {
        let removed = try await mapped {
            try await database.transaction { connection in
                var (locked, _) = try connection.lock([(account, mailbox)], permits: permit.map { [$0] } ?? [])
                guard var box = locked.removeValue(forKey: mailbox) else { throw StoreError(.notFound) }
                let sums = try connection.script(MessageSums.select(condition, in: mailbox))
                let removed = try MessageSums(sums[0].rows.first)
                guard removed.count > 0 else { return Int64(0) }
                box.subtract(removed)
                _ = try connection.commit(
                    after: """
                        \(MessageSums.bury(condition, in: box));\(box.update);\
                        \(AccountUsage.change(account, bytes: -removed.bytes, messages: -removed.count))
                        """)
                return removed.count
            }
        }
        if removed > 0 { changes.post(account: account, mailbox: mailbox) }
        return Int(removed)
    }
}

/// What a number of live messages add up to.
struct MessageSums {
    let count: Int64
    let unseen: Int64
    let bytes: Int64

    /// - Parameter row: of `select`.
    init(_ row: Row?) throws {
        guard let row else { throw StoreError(.internal, "an aggregate gave no row") }
        count = try row[0].int64
        unseen = try row[1].int64
        bytes = try row[2].int64
    }

    /// Adds up the live messages of a mailbox that meet a condition.
    static func select(_ condition: SQLText, in mailbox: MailboxID) -> SQLText {
        """
        SELECT COUNT(*), COALESCE(SUM(flags & 1 = 0), 0), COALESCE(SUM(size), 0) FROM messages \
        WHERE mailbox_id = \(mailbox.rawValue) AND \(condition) AND deleted_at IS NULL
        """
    }

    /// Makes tombstones of them.
    static func bury(_ condition: SQLText, in box: LockedMailbox) -> SQLText {
        """
        UPDATE messages SET deleted_at = UTC_TIMESTAMP(), modseq = \(box.modSeq) \
        WHERE mailbox_id = \(box.mailbox.id.rawValue) AND \(condition) AND deleted_at IS NULL
        """
    }
}

extension LockedMailbox {
    mutating func add(count: Int64, unseen: Int64, bytes: Int64) {
        messagesDelta += count
        unseenDelta += unseen
        bytesDelta += bytes
    }

    mutating func subtract(_ sums: MessageSums) {
        add(count: -sums.count, unseen: -sums.unseen, bytes: -sums.bytes)
    }
}
