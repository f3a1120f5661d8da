import MariaDBClient

extension Garbage {
    /// Rows removed in one statement, and statements in one cycle. These rows are many and small, and removing one frees
    /// nothing else, so they do not count against the batch size.
    private static let records = 1000
    private static let rounds = 100

    /// Forgets deliveries, answered requests, dead letters, changes and logins that are too old to matter, logins that are too
    /// many, daemons that ended without taking leave, and samples; and takes the store's sample.
    func forgetRecords(_ report: inout GarbageReport) async throws(StoreError) {
        report.deliveries += try await forget(
            """
            DELETE FROM deliveries WHERE delivered_at < UTC_TIMESTAMP() - INTERVAL \(policy.deliveryMemory) SECOND \
            ORDER BY delivered_at LIMIT \(Self.records)
            """)
        _ = try await forget(
            """
            DELETE FROM api_requests WHERE begun_at < UTC_TIMESTAMP() - INTERVAL \(policy.requestMemory) SECOND \
            ORDER BY begun_at LIMIT \(Self.records)
            """)
        _ = try await forget(
            """
            DELETE FROM webhook_events WHERE dead_at < UTC_TIMESTAMP() - INTERVAL \(policy.deadLetterMemory) SECOND \
            ORDER BY dead_at LIMIT \(Self.records)
            """)
        report.deliveries += try await forget(
            """
            DELETE FROM relays WHERE relayed_at < UTC_TIMESTAMP() - INTERVAL \(policy.deliveryMemory) SECOND \
            ORDER BY relayed_at LIMIT \(Self.records)
            """)
        // From the low end of the primary key, as the time has no index.
        report.changes += try await forget(
            """
            DELETE FROM mailbox_changes WHERE id IN (SELECT id FROM (SELECT id, changed_at FROM mailbox_changes \
            ORDER BY id LIMIT \(Self.records)) AS lowest \
            WHERE changed_at < UTC_TIMESTAMP() - INTERVAL \(policy.changeMemory) SECOND)
            """)
        try await forgetLogins(&report)
        try await forgetDaemons()
        try await forgetSamples()
        try await Samples(database: database, now: now).takeOfStore()
    }

    private func forgetSamples() async throws(StoreError) {
        for table in ["daemon_samples", "store_samples"] as [SQLText] {
            _ = try await forget(
                """
                DELETE FROM \(table) WHERE taken_at < UTC_TIMESTAMP() - INTERVAL \(Samples.memory) SECOND \
                ORDER BY taken_at LIMIT \(Self.records)
                """)
        }
    }

    /// One that did not tell of itself for an hour: until then an administrator sees that it is gone.
    private func forgetDaemons() async throws(StoreError) {
        _ = try await forget(
            """
            DELETE FROM daemons WHERE seen_at < UTC_TIMESTAMP() - INTERVAL 3600 + 3 * beat_seconds SECOND \
            LIMIT \(Self.records)
            """)
        _ = try await forget(
            """
            DELETE FROM daemon_sessions WHERE daemon_id NOT IN (SELECT id FROM daemons) LIMIT \(Self.records)
            """)
    }

    private func forgetLogins(_ report: inout GarbageReport) async throws(StoreError) {
        report.logins += try await forget(
            """
            DELETE FROM login_records WHERE proved_at IS NULL \
            AND seen_at < UTC_TIMESTAMP() - INTERVAL \(policy.loginMemory) SECOND \
            ORDER BY seen_at LIMIT \(Self.records)
            """)
        report.logins += try await forget(
            """
            DELETE FROM login_records WHERE proved_at < UTC_TIMESTAMP() - INTERVAL \(policy.knownNetworkMemory) SECOND \
            ORDER BY proved_at LIMIT \(Self.records)
            """)
        let count = try await mapped {
            try await database.read { connection in
                try connection.script("SELECT COUNT(*) FROM login_records WHERE proved_at IS NULL")[0].rows[0][0].int64
            }
        }
        let excess = min(count - policy.maximumLoginRecords, Int64(Self.records * Self.rounds))
        guard excess > 0 else { return }
        report.logins += try await forget(
            "DELETE FROM login_records WHERE proved_at IS NULL ORDER BY seen_at LIMIT \(excess)", atMost: 1)
    }

    private func forget(_ statement: SQLText, atMost rounds: Int = Garbage.rounds) async throws(StoreError) -> Int {
        var forgotten = 0
        for _ in 0..<rounds {
            let count = try await mapped {
                try await database.transaction { try $0.commit(after: statement)[0].affectedRows }
            }
            forgotten += Int(count)
            if count < UInt64(Self.records) { break }
        }
        return forgotten
    }
}
