import MariaDBClient

/// What a daemon did in five minutes of the clock.
package struct DaemonSample: Sendable, Hashable {
    /// When they began, in seconds since 1970.
    package let takenAt: Int64
    /// The most at one beat.
    package let connections: Int
    /// Commands of IMAP and POP3, messages taken by LMTP and SMTP, requests over HTTP.
    package let operations: UInt64
    /// Of all operations together.
    package let microseconds: UInt64
    /// Within which 95 of 100 operations were done.
    package let slow: UInt64

    package init(takenAt: Int64, connections: Int, operations: UInt64, microseconds: UInt64, slow: UInt64) {
        self.takenAt = takenAt
        self.connections = connections
        self.operations = operations
        self.microseconds = microseconds
        self.slow = slow
    }
}

/// What the daemons of one kind did together. `slow` is that of the slowest daemon.
package struct KindSamples: Sendable, Hashable {
    package let kind: String
    /// By time.
    package var samples: [DaemonSample]

    package init(kind: String, samples: [DaemonSample]) {
        self.kind = kind
        self.samples = samples
    }
}

/// What the store held at a time.
package struct StoreSample: Sendable, Hashable {
    /// Seconds since 1970, a multiple of ``Samples/step``.
    package let takenAt: Int64
    /// As clients see them.
    package let messages: UInt64
    package let bytes: UInt64
    /// That wait for the collector.
    package let garbageObjects: UInt64
    package let garbageBytes: UInt64
}

/// The figures of the last days, five minutes each: a row a daemon, and one for the store.
package struct Samples: Sendable {
    /// Seconds of one sample.
    package static let step: Int64 = 300
    /// Seconds that samples are kept: eight days.
    package static let memory: Int64 = 8 * 86_400

    let database: ConnectionPool
    /// Milliseconds since 1970.
    let now: @Sendable () -> UInt64

    /// The daemons' samples since a time, by kind.
    ///
    /// - Parameter since: seconds since 1970.
    package func daemons(since: Int64) async throws(StoreError) -> [KindSamples] {
        try await mapped {
            try await database.read { connection in
                let rows = try connection.script(
                    """
                    SELECT HEX(kind), TIMESTAMPDIFF(SECOND, '1970-01-01', taken_at), CAST(SUM(connections) AS UNSIGNED), \
                    CAST(SUM(operations) AS UNSIGNED), CAST(SUM(microseconds) AS UNSIGNED), MAX(slow) FROM daemon_samples \
                    WHERE taken_at >= DATE_ADD('1970-01-01', INTERVAL \(since) SECOND) GROUP BY kind, taken_at \
                    ORDER BY kind, taken_at
                    """)[0].rows
                var kinds: [KindSamples] = []
                for row in rows {
                    let kind = String(decoding: try row[0].hex, as: UTF8.self)
                    if kinds.last?.kind != kind { kinds.append(KindSamples(kind: kind, samples: [])) }
                    kinds[kinds.count - 1].samples.append(
                        DaemonSample(
                            takenAt: try row[1].int64, connections: Int(clamping: try row[2].uint64),
                            operations: try row[3].uint64, microseconds: try row[4].uint64, slow: try row[5].uint64))
                }
                return kinds
            }
        }
    }

    /// The store's samples since a time, in seconds since 1970.
    package func store(since: Int64) async throws(StoreError) -> [StoreSample] {
        try await mapped {
            try await database.read { connection in
                try connection.script(
                    """
                    SELECT TIMESTAMPDIFF(SECOND, '1970-01-01', taken_at), messages, bytes, garbage_objects, garbage_bytes \
                    FROM store_samples WHERE taken_at >= DATE_ADD('1970-01-01', INTERVAL \(since) SECOND) ORDER BY taken_at
                    """)[0].rows.map { row in
                        StoreSample(
                            takenAt: try row[0].int64, messages: try row[1].uint64, bytes: try row[2].uint64,
                            garbageObjects: try row[3].uint64, garbageBytes: try row[4].uint64)
                    }
            }
        }
    }

    /// Takes the store's sample of these five minutes, unless another process has. The accounts are summed up once for it.
    func takeOfStore() async throws(StoreError) {
        let takenAt = Int64(clamping: now() / 1000) / Self.step * Self.step
        try await mapped {
            let isTaken = try await database.read { connection in
                try !connection.script(
                    "SELECT 1 FROM store_samples WHERE taken_at = DATE_ADD('1970-01-01', INTERVAL \(takenAt) SECOND)")[
                        0
                    ]
                    .rows.isEmpty
            }
            guard !isTaken else { return }
            _ = try await database.transaction { connection in
                try connection.commit(
                    after: """
                        INSERT IGNORE INTO store_samples SELECT DATE_ADD('1970-01-01', INTERVAL \(takenAt) SECOND), \
                        a.messages, a.bytes, g.objects, g.bytes FROM \
                        (SELECT COALESCE(SUM(used_messages), 0) AS messages, COALESCE(SUM(used_bytes), 0) AS bytes \
                        FROM accounts WHERE live = 1) a, \
                        (SELECT COUNT(*) AS objects, COALESCE(SUM(o.size), 0) AS bytes FROM garbage_objects q \
                        JOIN object_keys o ON o.id = q.object_id) g
                        """)
            }
        }
    }
}

extension DaemonSample {
    /// What writes it, or what has come to it since it was written.
    func statement(of daemon: DaemonRecord) -> SQLText {
        """
        INSERT INTO daemon_samples (taken_at, daemon_id, kind, connections, operations, microseconds, slow) VALUES \
        (DATE_ADD('1970-01-01', INTERVAL \(takenAt) SECOND), \(hex: daemon.id.utf8), \(hex: daemon.kind.utf8), \
        \(connections), \(operations), \(microseconds), \(slow)) ON DUPLICATE KEY UPDATE connections = \(connections), \
        operations = \(operations), microseconds = \(microseconds), slow = \(slow)
        """
    }
}
