import MariaDBClient
import S3Client

extension Fsck {
    /// Finds objects that nothing refers to and that the collector does not know of, and queues them.
    func checkReferences(after last: UInt64, repair: Bool) async throws(StoreError) -> Page? {
        try await mapped {
            let found = try await database.read { connection in
                try connection.script(
                    """
                    SELECT o.id, o.object_key FROM object_keys o LEFT JOIN garbage_objects g ON g.object_id = o.id \
                    WHERE o.id > \(last) AND g.object_id IS NULL \
                    AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.object_id = o.id) \
                    AND NOT EXISTS (SELECT 1 FROM calendar_events e WHERE e.object_id = o.id) \
                    ORDER BY o.id LIMIT \(Self.page)
                    """)[0].rows.map { (id: try $0[0].uint64, key: try $0[1].string) }
            }
            guard let end = found.last?.id else { return nil }
            let ids = found.map(\.id)
            if repair {
                _ = try await database.transaction { connection in
                    _ = try connection.script(GarbageQueue.lock(ids))
                    return try connection.commit(after: GarbageQueue.add(ids))
                }
            }
            let findings = found.map {
                FsckFinding(
                    kind: .unqueuedObject, subject: $0.key, detail: "nothing refers to it, and it is not queued",
                    isRepaired: repair)
            }
            return Page(findings: findings, count: found.count, last: end)
        }
    }

    /// A page of the bucket compared with the rows of the same stretch of keys; both are in the order of their octets.
    struct KeyPage: Sendable {
        var findings: [FsckFinding] = []
        /// Objects that S3 listed.
        var count = 0
        /// Where the next page begins; nil after the last.
        var last: String?
    }

    func checkObjects(of prefix: String, after first: String, repair: Bool) async throws(StoreError) -> KeyPage {
        let listed = try await objects.list(prefix: prefix, after: first.isEmpty ? nil : first)
        let end = listed.isTruncated ? listed.objects.last?.key : nil
        let known = try await keys(after: max(first, prefix), through: end ?? prefix + "\u{7F}")
        let there = Set(listed.objects.map(\.key))
        var page = KeyPage(count: listed.objects.count, last: end)
        for key in known where !there.contains(key) {
            // Removed or stored since the listing, perhaps.
            guard try await isMissing(key) else { continue }
            page.findings.append(
                FsckFinding(kind: .missingObject, subject: key, detail: "S3 does not have it", isRepaired: false))
        }
        let rows = Set(known)
        let oldest = UInt64(max(Int64(now() / 1000) - orphanGrace, 0)) * 1000
        let orphans = listed.objects.map(\.key).filter { key in
            !rows.contains(key) && (StoredObject.startedAt(key: key).map { $0 < oldest } ?? false)
        }
        let left = repair && !orphans.isEmpty ? Set(try await objects.delete(orphans)) : Set(orphans)
        for key in orphans {
            page.findings.append(
                FsckFinding(kind: .orphan, subject: key, detail: "no row knows it", isRepaired: !left.contains(key)))
        }
        return page
    }

    private func keys(after first: String, through last: String) async throws(StoreError) -> [String] {
        try await mapped {
            try await database.read { connection in
                try connection.query(
                    "SELECT object_key FROM object_keys WHERE object_key > ? AND object_key <= ? ORDER BY object_key",
                    [.text(first), .text(last)]
                ).map { try $0[0].string }
            }
        }
    }

    /// Whether the row is still there and waits for nobody, while the object is not.
    private func isMissing(_ key: String) async throws(StoreError) -> Bool {
        try await mapped {
            let isReferenced = try await database.read { connection in
                try !connection.query(
                    """
                    SELECT 1 FROM object_keys o WHERE o.object_key = ? \
                    AND NOT EXISTS (SELECT 1 FROM garbage_objects g WHERE g.object_id = o.id)
                    """, [.text(key)]
                ).isEmpty
            }
            guard isReferenced else { return false }
            do throws(S3Error) {
                _ = try await objects.s3.head(key)
                return false
            } catch {
                guard error.kind == .notFound else { throw error }
                return true
            }
        }
    }
}
