import MariaDBClient

extension Garbage {
    /// Removes mailboxes that were deleted longer ago than the retention: their messages in batches, then what else
    /// belongs to them, then the mailbox.
    func collectMailboxes(_ report: inout GarbageReport) async throws(StoreError) {
        let doomed = try await mapped {
            try await database.read { [self] connection in
                try connection.script(
                    """
                    SELECT id FROM mailboxes WHERE live IS NULL AND \(isPastRetention) ORDER BY deleted_at \
                    LIMIT \(policy.batchSize)
                    """)[0].rows.map { try $0[0].uint64 }
            }
        }
        var room = policy.batchSize
        for mailbox in doomed where room > 0 {
            let removal = MailboxRemoval(mailbox: mailbox, isPastRetention: isPastRetention, limit: room)
            let outcome = try await mapped { try await database.transaction(removal.run) }
            report.mailboxMessages += outcome.messages
            report.mailboxes += outcome.isGone ? 1 : 0
            room -= outcome.messages
            // Gone, it may have been the last that its account waited for.
            report.hasMore = report.hasMore || outcome.isGone || outcome.messages > 0
        }
        report.hasMore = report.hasMore || doomed.count == policy.batchSize
    }
}

/// A step of the removal of a mailbox, within a transaction.
private struct MailboxRemoval: Sendable {
    let mailbox: UInt64
    let isPastRetention: SQLText
    /// Messages removed at most.
    let limit: Int

    /// Records of deliveries removed at once.
    private static let records = 10_000

    struct Outcome: Sendable {
        var messages = 0
        var isGone = false
    }

    func run(on connection: Connection) throws -> Outcome {
        // A mailbox that was restored meanwhile has no row here.
        let results = try connection.script(
            """
            SELECT id FROM mailboxes WHERE id = \(mailbox) AND live IS NULL AND \(isPastRetention) FOR UPDATE;\
            SELECT uid, object_id FROM messages WHERE mailbox_id = \(mailbox) ORDER BY uid LIMIT \(limit + 1) FOR UPDATE
            """)
        guard !results[0].rows.isEmpty else { return Outcome() }
        let isLast = results[1].rows.count <= limit
        let rows = results[1].rows.prefix(limit)
        var outcome = Outcome(messages: rows.count, isGone: isLast)
        var statements: [SQLText] = []
        if !rows.isEmpty {
            let uids = try rows.map { try $0[0].uint64 }
            let objects = try rows.map { try $0[1].uint64 }
            _ = try connection.script(GarbageQueue.lock(objects))
            statements = [
                "DELETE FROM messages WHERE mailbox_id = \(mailbox) AND uid IN (\(list: uids))",
                GarbageQueue.add(objects),
            ]
        }
        if isLast {
            let records = try connection.script(
                "DELETE FROM deliveries WHERE mailbox_id = \(mailbox) LIMIT \(Self.records)")
            outcome.isGone = records[0].affectedRows < UInt64(Self.records)
        }
        if outcome.isGone {
            statements += [
                "DELETE FROM mailbox_keywords WHERE mailbox_id = \(mailbox)",
                "DELETE FROM mailbox_metadata WHERE mailbox_id = \(mailbox)",
                "DELETE FROM mailbox_rights WHERE mailbox_id = \(mailbox)",
                "DELETE FROM mailboxes WHERE id = \(mailbox)",
            ]
        }
        _ = try connection.commit(after: statements.dropFirst().reduce(statements.first ?? "") { $0 + ";" + $1 })
        return outcome
    }
}
