import MariaDBClient

extension Garbage {
    /// Rows removed in one statement, and statements in one cycle. These rows are many and small, and removing one frees
    /// nothing else, so they do not count against the batch size.
    private static let records = 1000
    private static let rounds = 100

    /// Forgets deliveries and changes that are too old to matter.
    func forgetRecords(_ report: inout GarbageReport) async throws(StoreError) {
        report.deliveries += try await forget(
            """
            DELETE FROM deliveries WHERE delivered_at < UTC_TIMESTAMP() - INTERVAL \(policy.deliveryMemory) SECOND \
            ORDER BY delivered_at LIMIT \(Self.records)
            """)
        // From the low end of the primary key, as the time has no index.
        report.changes += try await forget(
            """
            DELETE FROM mailbox_changes WHERE id IN (SELECT id FROM (SELECT id, changed_at FROM mailbox_changes \
            ORDER BY id LIMIT \(Self.records)) AS lowest \
            WHERE changed_at < UTC_TIMESTAMP() - INTERVAL \(policy.changeMemory) SECOND)
            """)
    }

    private func forget(_ statement: SQLText) async throws(StoreError) -> Int {
        var forgotten = 0
        for _ in 0..<Self.rounds {
            let count = try await mapped {
                try await database.transaction { try $0.commit(after: statement)[0].affectedRows }
            }
            forgotten += Int(count)
            if count < UInt64(Self.records) { break }
        }
        return forgotten
    }
}
