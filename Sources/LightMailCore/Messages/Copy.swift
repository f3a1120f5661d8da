import MariaDBClient

/// What a COPY or MOVE made (COPYUID, RFC 4315 3).
package struct CopyOutcome: Sendable, Hashable {
    /// UIDVALIDITY of the destination.
    package let uidValidity: UInt32
    /// UIDs in the source, ascending.
    package let source: [UID]
    /// UIDs in the destination, in the same order.
    package let destination: [UID]
}

extension Messages {
    /// Copies messages, all or none (RFC 9051 6.4.7), in at most five round trips and no S3 request: the copy is a row
    /// that refers to the same object. UIDs without a living message are skipped.
    ///
    /// - Throws: `StoreError` notFound for a mailbox, overQuota, limit when keywords find no room.
    package func copy(
        account: AccountID, from source: MailboxID, uids: UIDSet, to destination: MailboxID
    ) async throws(StoreError) -> CopyOutcome {
        try await transfer(account, from: source, uids, to: destination, removing: false)
    }

    /// Moves messages, all or none (RFC 6851): a copy and the removal of what was copied in one transaction.
    ///
    /// - Throws: as `copy`.
    package func move(
        account: AccountID, from source: MailboxID, uids: UIDSet, to destination: MailboxID
    ) async throws(StoreError) -> CopyOutcome {
        try await transfer(account, from: source, uids, to: destination, removing: true)
    }

    private func transfer(
        _ account: AccountID, from source: MailboxID, _ uids: UIDSet, to destination: MailboxID, removing: Bool
    ) async throws(StoreError) -> CopyOutcome {
        let outcome = try await mapped {
            try await database.transaction { connection in
                try MessageTransfer(account: account, source: source, destination: destination, removing: removing)
                    .run(uids, on: connection)
            }
        }
        if !outcome.source.isEmpty {
            changes.post(account: account, mailbox: destination)
            if removing { changes.post(account: account, mailbox: source) }
        }
        return outcome
    }
}

/// One COPY or MOVE within a transaction.
struct MessageTransfer {
    let account: AccountID
    let source: MailboxID
    let destination: MailboxID
    let removing: Bool

    /// Locks, copies, removes, commits.
    func run(_ uids: UIDSet, on connection: Connection) throws -> CopyOutcome {
        let chosen: SQLText = uids.condition
        let (locked, extra) = try connection.lock(
            [(account, source), (account, destination)],
            then: """
                \(AccountUsage.lock([account]));\
                SELECT uid, keywords FROM messages WHERE mailbox_id = \(source.rawValue) AND \(chosen) \
                AND deleted_at IS NULL ORDER BY uid LOCK IN SHARE MODE;\(MessageSums.select(chosen, in: source))
                """)
        guard var from = locked[source], var into = locked[destination] else { throw StoreError(.notFound) }
        let taken = try extra[1].rows.map { UInt32(try $0[0].uint64) }
        let sums = try MessageSums(extra[2].rows.first)
        guard !taken.isEmpty else {
            return CopyOutcome(uidValidity: into.mailbox.uidValidity, source: [], destination: [])
        }
        if !removing {
            var rooms = try QuotaRooms(extra[0].rows, on: connection)
            try rooms.take(account, bytes: sums.bytes, messages: sums.count)
        }

        let used = try extra[1].rows.reduce(UInt64(0)) { $0 | (try $1[1].uint64) }
        let keywords = try translation(of: used, from: from, to: &into, connection)
        let first = into.uidNext
        guard UInt64(first) + UInt64(taken.count) < UInt64(UID.max) else {
            throw StoreError(.limit("the mailbox has no UID left"))
        }
        into.uidNext += UInt32(taken.count)
        into.add(count: sums.count, unseen: sums.unseen, bytes: sums.bytes)
        _ = try connection.commit(
            after: finish(UIDSet(taken).condition, first, keywords, sums, from: &from, into: &into))
        return CopyOutcome(
            uidValidity: into.mailbox.uidValidity, source: taken, destination: taken.indices.map { first + UInt32($0) })
    }

    /// The statements that do it, in the order that they must run in.
    private func finish(
        _ chosen: SQLText, _ first: UID, _ keywords: SQLText, _ sums: MessageSums, from: inout LockedMailbox,
        into: inout LockedMailbox
    ) -> SQLText {
        var script: SQLText = """
            INSERT INTO messages (mailbox_id, uid, object_id, flags, keywords, modseq, size, internal_date, saved_at, \
            delivered_to) SELECT \(destination.rawValue), \(first) - 1 + ROW_NUMBER() OVER (ORDER BY uid), object_id, \
            flags, \(keywords), \(into.modSeq), size, internal_date, UTC_TIMESTAMP(), delivered_to FROM messages \
            WHERE mailbox_id = \(source.rawValue) AND \(chosen) AND deleted_at IS NULL
            """
        if removing && source == destination {
            into.subtract(sums)
            script += ";\(MessageSums.bury("\(chosen) AND uid < \(first)", in: into))"
        } else if removing {
            from.subtract(sums)
            script += ";\(MessageSums.bury(chosen, in: from));\(from.update)"
        } else {
            script += ";\(AccountUsage.change(account, bytes: sums.bytes, messages: sums.count))"
        }
        return script + ";\(into.update)"
    }

    /// The expression that turns the source's bits into the destination's.
    private func translation(
        of used: UInt64, from: LockedMailbox, to into: inout LockedMailbox, _ connection: Connection
    ) throws -> SQLText {
        let names = from.dictionary.keywords(in: used)
        guard source != destination, !names.isEmpty else { return source == destination ? "keywords" : "0" }
        _ = try connection.mask(of: names, in: &into)
        var expression: SQLText = "0"
        for name in names {
            guard let old = from.dictionary.mask(of: name), let new = into.dictionary.mask(of: name) else { continue }
            expression += " | IF(keywords & \(old), \(new), 0)"
        }
        return expression
    }
}
