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
    /// - Parameters:
    ///   - owner: whose the destination is; nil for the same account.
    ///   - rights: on the destination: flags that they do not allow to set are left out (RFC 4314 4).
    ///   - permits: of who is not the owner of both.
    /// - Throws: `StoreError` notFound for a mailbox, forbidden, overQuota, limit when keywords find no room.
    package func copy(
        account: AccountID, from source: MailboxID, uids: UIDSet, to destination: MailboxID,
        of owner: AccountID? = nil, rights: MailboxRights = .all, permits: [MailboxPermit] = []
    ) async throws(StoreError) -> CopyOutcome {
        try await transfer(
            MessageTransfer(
                account: account, source: source, owner: owner ?? account, destination: destination, removing: false,
                rights: rights, permits: permits), uids)
    }

    /// Moves messages, all or none (RFC 6851): a copy and the removal of what was copied in one transaction.
    ///
    /// - Parameters and throws: as `copy`.
    package func move(
        account: AccountID, from source: MailboxID, uids: UIDSet, to destination: MailboxID,
        of owner: AccountID? = nil, rights: MailboxRights = .all, permits: [MailboxPermit] = []
    ) async throws(StoreError) -> CopyOutcome {
        try await transfer(
            MessageTransfer(
                account: account, source: source, owner: owner ?? account, destination: destination, removing: true,
                rights: rights, permits: permits), uids)
    }

    private func transfer(_ transfer: MessageTransfer, _ uids: UIDSet) async throws(StoreError) -> CopyOutcome {
        let outcome = try await mapped {
            try await database.transaction { [outbox] in try transfer.run(uids, warning: outbox, on: $0) }
        }
        if !outcome.source.isEmpty {
            changes.post(account: transfer.owner, mailbox: transfer.destination)
            if transfer.removing { changes.post(account: transfer.account, mailbox: transfer.source) }
        }
        return outcome
    }
}

/// One COPY or MOVE within a transaction.
struct MessageTransfer: Sendable {
    /// Whose the source is.
    let account: AccountID
    let source: MailboxID
    /// Whose the destination is: what is added counts against that quota.
    let owner: AccountID
    let destination: MailboxID
    let removing: Bool
    /// On the destination.
    var rights = MailboxRights.all
    var permits: [MailboxPermit] = []

    /// Locks, copies, removes, commits.
    ///
    /// - Parameter outbox: where it is told of a quota that fills; nil where nothing is added to what is used.
    func run(_ uids: UIDSet, warning outbox: WebhookOutbox? = nil, on connection: Connection) throws -> CopyOutcome {
        let chosen: SQLText = uids.condition
        let (locked, extra) = try connection.lock(
            [(account, source), (owner, destination)],
            then: """
                \(AccountUsage.lock([account, owner]));\
                SELECT uid, keywords FROM messages WHERE mailbox_id = \(source.rawValue) AND \(chosen) \
                AND deleted_at IS NULL ORDER BY uid LOCK IN SHARE MODE;\(MessageSums.select(chosen, in: source))
                """, permits: permits)
        guard var from = locked[source], var into = locked[destination] else { throw StoreError(.notFound) }
        let taken = try extra[1].rows.map { UInt32(try $0[0].uint64) }
        let sums = try MessageSums(extra[2].rows.first)
        guard !taken.isEmpty else {
            return CopyOutcome(uidValidity: into.mailbox.uidValidity, source: [], destination: [])
        }
        var warnings: [SQLText] = []
        if !removing || owner != account {
            var rooms = try QuotaRooms(extra[0].rows, on: connection)
            // What leaves one account of a domain for another leaves the domain as full as it was.
            if removing { try rooms.take(account, bytes: -sums.bytes, messages: -sums.count) }
            try rooms.take(owner, bytes: sums.bytes, messages: sums.count)
            warnings = outbox?.inserts(for: rooms) ?? []
        }

        let used = try extra[1].rows.reduce(UInt64(0)) { $0 | (try $1[1].uint64) }
        let keywords = try translation(of: used, from: from, to: &into, connection)
        let first = into.uidNext
        guard UInt64(first) + UInt64(taken.count) < UInt64(UID.max) else {
            throw StoreError(.limit("the mailbox has no UID left"))
        }
        into.uidNext += UInt32(taken.count)
        into.add(count: sums.count, unseen: rights.contains(.seen) ? sums.unseen : sums.count, bytes: sums.bytes)
        let script = finish(UIDSet(taken).condition, first, keywords, sums, from: &from, into: &into)
        _ = try connection.commit(after: warnings.reduce(script) { "\($0);\($1)" })
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
            flags & \(rights.flags.rawValue), \(keywords), \(into.modSeq), size, internal_date, UTC_TIMESTAMP(), delivered_to FROM messages \
            WHERE mailbox_id = \(source.rawValue) AND \(chosen) AND deleted_at IS NULL
            """
        if removing && source == destination {
            into.subtract(sums)
            script += ";\(MessageSums.bury("\(chosen) AND uid < \(first)", in: into))"
        } else if removing {
            from.subtract(sums)
            script += ";\(MessageSums.bury(chosen, in: from));\(from.update)"
        }
        var usage: [AccountID: UsageChange] = [:]
        if !removing || owner != account { usage[owner] = UsageChange(bytes: sums.bytes, messages: sums.count) }
        if removing, owner != account { usage[account] = UsageChange(bytes: -sums.bytes, messages: -sums.count) }
        if !usage.isEmpty { script += ";\(AccountUsage.change(usage))" }
        return script + ";\(into.update)"
    }

    /// The expression that turns the source's bits into the destination's.
    private func translation(
        of used: UInt64, from: LockedMailbox, to into: inout LockedMailbox, _ connection: Connection
    ) throws -> SQLText {
        guard rights.contains(.write) else { return "0" }
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
