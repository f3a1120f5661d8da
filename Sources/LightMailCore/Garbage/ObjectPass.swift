import MariaDBClient

extension Garbage {
    /// Deletes a batch of queued objects: claim, one request to S3, then the rows. Three round trips.
    ///
    /// A collector that dies in between leaves its claim, which ends by itself; deleting an object twice does no harm.
    func collectObjects(_ report: inout GarbageReport) async throws(StoreError) {
        let claim = ObjectClaim(collector: .random(in: 1...UInt64.max), lease: policy.lease, limit: policy.batchSize)
        let claimed = try await mapped { try await database.transaction(claim.run) }
        report.hasMore = report.hasMore || claimed.count == policy.batchSize
        guard !claimed.isEmpty else { return }
        let left = Set(try await objects.delete(claimed.map(\.key)))
        let gone = claimed.filter { !left.contains($0.key) }.map(\.id)
        report.undeletedObjects += left.count
        guard !gone.isEmpty else { return }
        try await mapped {
            _ = try await database.transaction { connection in
                try connection.commit(
                    after: """
                        \(GarbageQueue.lock(gone));DELETE FROM garbage_objects WHERE object_id IN (\(list: gone));\
                        DELETE FROM object_keys WHERE id IN (\(list: gone))
                        """)
            }
        }
        report.objects += gone.count
    }
}

/// The claim of a batch of queued objects, within a transaction.
private struct ObjectClaim: Sendable {
    let collector: UInt64
    /// In seconds.
    let lease: Int64
    let limit: Int

    struct Claimed: Sendable {
        let id: UInt64
        let key: String
    }

    func run(on connection: Connection) throws -> [Claimed] {
        let found = try connection.script(
            """
            SELECT object_id FROM garbage_objects WHERE claimed_until IS NULL OR claimed_until < UTC_TIMESTAMP() \
            ORDER BY object_id LIMIT \(limit) FOR UPDATE SKIP LOCKED
            """)[0].rows.map { try $0[0].uint64 }
        guard !found.isEmpty else { return [] }
        // A referenced object cannot be here; should one be, it is taken off the queue and kept.
        let results = try connection.commit(
            after: """
                DELETE FROM garbage_objects WHERE object_id IN (\(list: found)) \
                AND (EXISTS (SELECT 1 FROM messages m WHERE m.object_id = garbage_objects.object_id) \
                OR EXISTS (SELECT 1 FROM calendar_events e WHERE e.object_id = garbage_objects.object_id));\
                UPDATE garbage_objects SET claimed_by = \(collector), \
                claimed_until = UTC_TIMESTAMP() + INTERVAL \(lease) SECOND WHERE object_id IN (\(list: found));\
                SELECT o.id, o.object_key FROM garbage_objects g JOIN object_keys o ON o.id = g.object_id \
                WHERE g.object_id IN (\(list: found)) ORDER BY o.id
                """)
        return try results[2].rows.map { Claimed(id: try $0[0].uint64, key: try $0[1].string) }
    }
}
