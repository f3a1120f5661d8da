import MariaDBClient

extension Garbage {
    /// Removes the rows of messages that were deleted longer ago than the retention. Four round trips a batch.
    ///
    /// Afterwards the mailbox answers QRESYNC by `collected_modseq`: what was removed up to there it cannot name any more.
    func collectTombstones(_ report: inout GarbageReport) async throws(StoreError) {
        let removed = try await mapped {
            let found = try await database.read { [self] connection in
                try connection.script(
                    """
                    SELECT mailbox_id, uid FROM messages WHERE \(isPastRetention) ORDER BY deleted_at \
                    LIMIT \(policy.batchSize)
                    """)[0].rows.map { MessageName(mailbox: try $0[0].uint64, uid: UInt32(clamping: try $0[1].uint64)) }
            }
            guard !found.isEmpty else { return 0 }
            return try await database.transaction { [self] in
                try TombstoneRemoval(names: found, isPastRetention: isPastRetention).run(on: $0)
            }
        }
        report.tombstones += removed
        report.hasMore = report.hasMore || removed == policy.batchSize
    }
}

/// Where a row of `messages` is.
private struct MessageName: Sendable {
    let mailbox: UInt64
    let uid: UID
}

/// The removal of a batch of tombstones within a transaction.
private struct TombstoneRemoval {
    let names: [MessageName]
    let isPastRetention: SQLText

    func run(on connection: Connection) throws -> Int {
        let mailboxes = Set(names.map(\.mailbox)).sorted()
        let pairs: [SQLText] = names.map { "(\($0.mailbox), \($0.uid))" }
        // What was found is looked at again under the lock: another collector or an undelete may have been there.
        let rows = try connection.script(
            """
            SELECT id FROM mailboxes WHERE id IN (\(list: mailboxes)) ORDER BY id FOR UPDATE;\
            SELECT mailbox_id, uid, object_id, modseq FROM messages WHERE (mailbox_id, uid) IN (\(list: pairs)) \
            AND \(isPastRetention) ORDER BY mailbox_id, uid FOR UPDATE
            """)[1].rows
        guard !rows.isEmpty else { return 0 }
        let objects = try rows.map { try $0[2].uint64 }
        _ = try connection.script(GarbageQueue.lock(objects))
        var collected: [UInt64: ModSeq] = [:]
        for row in rows {
            let mailbox = try row[0].uint64
            collected[mailbox] = max(collected[mailbox] ?? 0, try row[3].uint64)
        }
        let doomed = try rows.map { row -> SQLText in "(\(try row[0].uint64), \(try row[1].uint64))" }
        var script: SQLText = "DELETE FROM messages WHERE (mailbox_id, uid) IN (\(list: doomed))"
        for (mailbox, modSeq) in collected.sorted(by: { $0.key < $1.key }) {
            script += """
                ;UPDATE mailboxes SET collected_modseq = GREATEST(collected_modseq, \(modSeq)) WHERE id = \(mailbox)
                """
        }
        _ = try connection.commit(after: script + ";" + GarbageQueue.add(objects))
        return rows.count
    }
}
