import MariaDBClient

extension Administration {
    /// Brings back a mailbox that was deleted and is not collected yet, with the messages that it had.
    ///
    /// It gets a new UIDVALIDITY: what clients knew of that name may since have been another mailbox (RFC 9051 2.3.1.1).
    ///
    /// - Parameters:
    ///   - name: what it shall be called; nil for the name that it had.
    ///   - retention: seconds; what was deleted longer ago belongs to the collector, which may have begun with it.
    /// - Throws: `StoreError` notFound, alreadyExists when the name is taken, overQuota, conflict when it is not deleted or
    ///   was deleted too long ago.
    package func restoreMailbox(
        _ id: MailboxID, as name: MailboxPath? = nil, retention: Int64
    ) async throws(StoreError) -> Mailbox {
        let restoration = MailboxRestoration(id: id, name: name, retention: retention, now: now())
        let mailbox = try await mapped { try await database.transaction(restoration.run) }
        changes.post(account: mailbox.account, mailbox: mailbox.id)
        return mailbox
    }
}

/// The restoration of one mailbox within a transaction.
private struct MailboxRestoration: Sendable {
    let id: MailboxID
    let name: MailboxPath?
    let retention: Int64
    let now: Int64

    func run(on connection: Connection) throws -> Mailbox {
        // The mailbox is locked before its account, as everywhere.
        let results = try connection.script(
            """
            SELECT \(LockedMailbox.columns), live, deleted_at > UTC_TIMESTAMP() - INTERVAL \(retention) SECOND \
            FROM mailboxes WHERE id = \(id.rawValue) FOR UPDATE
            """)
        guard let row = results[0].rows.first else { throw StoreError(.notFound, "mailbox \(id)") }
        guard row[12].isNull else { throw StoreError(.conflict("the mailbox is not deleted")) }
        guard try row[13].bool else {
            throw StoreError(.conflict("the mailbox was deleted longer ago than the retention"))
        }
        let old = try Mailbox(scriptRow: row)
        let path = name ?? old.name
        var names = try LockedNames(old.account, now: now, on: connection)
        guard names.mailboxes[path] == nil else { throw StoreError(.alreadyExists, "mailbox \(path)") }
        try names.requireRoom()
        var rooms = try QuotaRooms(try connection.script(AccountUsage.lock([old.account]))[0].rows, on: connection)
        try rooms.take(old.account, bytes: Int64(old.bytes), messages: Int64(old.messages))
        try names.createSuperiors(of: path, on: connection)
        let uidValidity = names.takeUIDValidity()
        let modSeq = old.highestModSeq + 1
        _ = try connection.commit(
            after: """
                UPDATE mailboxes SET live = 1, deleted_at = NULL, name = \(hex: path.bytes), \
                uid_validity = \(uidValidity), highest_modseq = \(modSeq) WHERE id = \(id.rawValue);\
                UPDATE accounts SET last_uid_validity = \(uidValidity) WHERE id = \(old.account.rawValue);\
                \(AccountUsage.change(old.account, bytes: Int64(old.bytes), messages: Int64(old.messages)));\
                \(MailboxChange.insert(old.account, id, modSeq: modSeq, "created", name: path))
                """)
        return Mailbox(
            id: id, account: old.account, name: path, specialUse: old.specialUse, uidValidity: uidValidity,
            uidNext: old.uidNext, firstRecentUID: old.firstRecentUID, highestModSeq: modSeq,
            collectedModSeq: old.collectedModSeq, messages: old.messages, unseen: old.unseen, bytes: old.bytes)
    }
}
