import MariaDBClient

extension Administration {
    /// Brings back a message that was expunged and is not collected yet.
    ///
    /// A client was told that its UID has vanished (RFC 7162 3.2.10), and a UID never comes back: so the message gets a new
    /// one, and loses \Deleted, which would expunge it again. Its row moves, so its number stays. With the tombstone
    /// gone from its place, the mailbox remembers that tombstones up to it may be missing, and answers QRESYNC by that.
    ///
    /// - Returns: the UID that it has now.
    /// - Throws: `StoreError` notFound, conflict when it is not deleted, overQuota.
    @discardableResult
    package func restoreMessage(_ record: MessageRecord) async throws(StoreError) -> UID {
        let uid = try await mapped {
            try await database.transaction { try MessageRestoration(record: record).run(on: $0) }
        }
        changes.post(account: record.account, mailbox: record.mailbox)
        return uid
    }
}

/// The restoration of one message within a transaction.
private struct MessageRestoration: Sendable {
    let record: MessageRecord

    func run(on connection: Connection) throws -> UID {
        let row: SQLText = "mailbox_id = \(record.mailbox.rawValue) AND id = \(record.id)"
        let (locked, extra) = try connection.lock(
            [(record.account, record.mailbox)],
            then: """
                \(AccountUsage.lock([record.account]));\
                SELECT uid, flags, size, modseq, deleted_at IS NULL FROM messages WHERE \(row) FOR UPDATE
                """)
        guard var box = locked[record.mailbox] else { throw StoreError(.notFound, "mailbox \(record.mailbox)") }
        // The collector may have been there meanwhile.
        guard let found = extra[1].rows.first else { throw StoreError(.notFound, "message \(record.id)") }
        guard try !found[4].bool else { throw StoreError(.conflict("the message is not deleted")) }
        let flags = MessageFlags(rawValue: UInt8(try found[1].uint64)).subtracting(.deleted)
        let size = try found[2].int64
        var rooms = try QuotaRooms(extra[0].rows, on: connection)
        try rooms.take(record.account, bytes: size, messages: 1)
        let uid = try box.takeUID()
        box.add(count: 1, unseen: flags.contains(.seen) ? 0 : 1, bytes: size)
        _ = try connection.commit(
            after: """
                UPDATE messages SET uid = \(uid), flags = \(flags.rawValue), modseq = \(box.modSeq), \
                deleted_at = NULL WHERE \(row);\
                UPDATE mailboxes SET collected_modseq = GREATEST(collected_modseq, \(try found[3].uint64)) \
                WHERE id = \(record.mailbox.rawValue);\(box.update);\
                \(AccountUsage.change(record.account, bytes: size, messages: 1))
                """)
        return uid
    }
}
