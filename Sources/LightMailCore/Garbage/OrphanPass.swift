import MariaDBClient
import S3Client

extension Garbage {
    /// Looks at one page of the keys with a prefix, from where the sweep stopped, and deletes objects that no row knows and that are
    /// too old for a delivery to commit. Beyond the last such key it begins anew, and aborts forgotten uploads.
    func sweepOrphans(_ prefix: String, _ report: inout GarbageReport) async throws(StoreError) {
        let oldest = Int64(now() / 1000) - policy.orphanGrace
        let cursor = try await sweepCursor(prefix)
        if cursor == nil {
            report.abortedUploads += try await objects.abortUploads(prefix: prefix, startedBefore: oldest)
        }
        let page = try await objects.list(prefix: prefix, after: cursor)
        // Keys are in the order of their time: behind the first young one there are only young ones.
        let old = page.objects.prefix { (StoredObject.startedAt(key: $0.key) ?? 0) < UInt64(max(oldest, 0)) * 1000 }
        let isOver = old.count < page.objects.count || !page.isTruncated
        if let last = old.last?.key {
            let known = try await keys(after: cursor ?? prefix, through: last)
            // A key that is not of our making is left alone.
            let orphans = old.map(\.key).filter { !known.contains($0) && StoredObject.startedAt(key: $0) != nil }
            let left = orphans.isEmpty ? [] : try await objects.delete(orphans)
            report.orphans += orphans.count - left.count
            report.undeletedObjects += left.count
        }
        try await setSweepCursor(isOver ? nil : old.last?.key, of: prefix)
    }

    /// The keys that rows have, of a stretch of the bucket; `object_key` sorts as S3 does.
    private func keys(after first: String, through last: String) async throws(StoreError) -> Set<String> {
        try await mapped {
            try await database.read { connection in
                var keys: Set<String> = []
                try connection.each(
                    "SELECT object_key FROM object_keys WHERE object_key > ? AND object_key <= ?",
                    [.text(first), .text(last)]
                ) { keys.insert(try $0[0].string) }
                return keys
            }
        }
    }

    private func sweepCursor(_ prefix: String) async throws(StoreError) -> String? {
        try await mapped {
            try await database.read { [name = Self.sweepName(prefix)] connection in
                try connection.query("SELECT value FROM garbage_state WHERE name = ?", [.text(name)]).first?[0].string
            }
        }
    }

    private func setSweepCursor(_ key: String?, of prefix: String) async throws(StoreError) {
        try await mapped {
            try await database.transaction { [name = Self.sweepName(prefix)] connection in
                if let key {
                    _ = try connection.execute(
                        "REPLACE INTO garbage_state (name, value) VALUES (?, ?)", [.text(name), .text(key)])
                } else {
                    _ = try connection.execute("DELETE FROM garbage_state WHERE name = ?", [.text(name)])
                }
            }
        }
    }

    private static func sweepName(_ prefix: String) -> String { "orphans:\(prefix)" }
}
