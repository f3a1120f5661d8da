import LightMailCore
import MariaDBClient
import S3Client

/// The counters of the clients of MySQL and S3, and whether the two answer. The budgets of operations are held against
/// these numbers.
enum StoreMetrics {
    /// Has the clients tell how long they wait for their servers.
    static func observe(_ configuration: inout StoreConfiguration, in registry: MetricsRegistry) {
        let exchanges = registry.histogram(
            "lightmail_mysql_exchange_seconds", "From a statement on its way to MySQL to the answer.")
        configuration.database.observeExchange = { exchanges.observe($0) }
        let requests = Dictionary(
            uniqueKeysWithValues: S3Operation.allCases.map { operation in
                (
                    operation,
                    registry.histogram(
                        "lightmail_s3_request_seconds", "From a request to S3 to the head of its answer.",
                        ["operation": operation.rawValue])
                )
            })
        configuration.s3.observeRequest = { operation, duration in requests[operation]?.observe(duration) }
    }

    static func register(in context: DaemonContext) {
        let store = context.store
        context.metrics.collect { collection in
            add(store.database.statistics, to: &collection)
            add(store.s3.statistics.snapshot, to: &collection)
            add(store.objects.statistics, to: &collection)
            collection.counter(
                "lightmail_change_feed_looks_total", "Times that the table of changes was read, a round trip each.",
                store.changes.looks)
            if let scanner = store.scanner { add(scanner.statistics, to: &collection) }
        }
        context.readiness.add("database") { _ = try await store.database.read { try $0.script("SELECT 1") } }
        context.readiness.add("s3") { try await store.s3.headBucket() }
    }

    static func add(_ statistics: DatabaseStatistics, to collection: inout MetricsCollection) {
        let counters: [(String, String, UInt64)] = [
            ("round_trips", "Exchanges with the MySQL server.", statistics.roundTrips),
            ("queries", "Statements and scripts executed.", statistics.queries),
            ("prepares", "Statements prepared.", statistics.prepares),
            ("connects", "Connections established.", statistics.connects),
            ("connect_failures", "Connections that could not be established.", statistics.connectFailures),
            ("reconnects", "Connections established in place of one that was lost.", statistics.reconnects),
            ("lost_connections", "Connections lost.", statistics.lostConnections),
            ("replays", "Units of work run a second time.", statistics.replays),
            ("lock_conflicts", "Deadlocks and lock timeouts.", statistics.lockConflicts),
            ("queue_timeouts", "Units of work that waited too long for a connection.", statistics.queueTimeouts),
        ]
        for (name, help, value) in counters { collection.counter("lightmail_mysql_\(name)_total", help, value) }
        let help = "Connections and units of work at this moment, by state."
        let states = [("open", statistics.open), ("in_use", statistics.inUse), ("waiting", statistics.waiting)]
        for (state, value) in states {
            collection.gauge("lightmail_mysql_connections", help, Double(value), ["state": state])
        }
    }

    static func add(_ statistics: ObjectStoreStatistics, to collection: inout MetricsCollection) {
        collection.counter(
            "lightmail_cache_hits_total", "Reads of bodies that the cache on disk served.", statistics.cacheHits)
        collection.counter(
            "lightmail_cache_misses_total", "Reads of bodies that were not in the cache on disk.",
            statistics.cacheMisses)
        collection.counter(
            "lightmail_cache_damaged_total", "Files in the cache whose bytes were not those of their object.",
            statistics.cacheDamaged)
    }

    static func add(_ statistics: ScannerStatistics, to collection: inout MetricsCollection) {
        for (result, value) in [
            ("clean", statistics.clean), ("infected", statistics.infected), ("too_large", statistics.tooLarge),
            ("unavailable", statistics.unavailable),
        ] {
            collection.counter(
                "lightmail_antivirus_scans_total", "Messages by what the virus scanner said of them.", value,
                ["result": result])
        }
    }

    static func add(_ snapshot: S3Statistics.Snapshot, to collection: inout MetricsCollection) {
        for operation in S3Operation.allCases {
            let labels: MetricsRegistry.Labels = ["operation": operation.rawValue]
            collection.counter(
                "lightmail_s3_requests_total", "Requests to S3, retries included.",
                snapshot.requests[operation, default: 0], labels)
            collection.counter(
                "lightmail_s3_failures_total", "Operations that failed after all retries.",
                snapshot.failures[operation, default: 0], labels)
        }
        collection.counter("lightmail_s3_sent_bytes_total", "Body bytes sent to S3.", snapshot.bytesSent)
        collection.counter("lightmail_s3_received_bytes_total", "Body bytes received from S3.", snapshot.bytesReceived)
        collection.counter("lightmail_s3_retries_total", "Requests sent again.", snapshot.retries)
    }
}
