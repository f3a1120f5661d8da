// The collector: frees for good what was deleted, and what nothing refers to. Every pass takes a bounded batch, can be
// killed at any point and run again, and may run in any number of processes at once.

import Logging
import MariaDBClient
import Synchronization

/// Deletes rows before they are orphans and objects before their rows, so that a row is never without its object.
///
/// An object gets a reference only in the transaction that makes its row, or by a copy of a living message, which holds
/// the lock of that message's mailbox. So an object without a row of `messages` or `calendar_events` stays without one (docs/ARCHITECTURE.md),
/// and whoever removes the last row, decided under the lock of the object's row, puts the object in `garbage_objects`.
/// No transaction is open while S3 is asked.
package final class Garbage: Sendable {
    let database: ConnectionPool
    let objects: ObjectStore
    let policy: GarbagePolicy
    let logger: Logger
    /// Milliseconds since 1970.
    let now: @Sendable () -> UInt64
    /// Keys of the objects that the sweep looks at, by what they begin with.
    let prefixes: [String]
    private let sums = Mutex(GarbageReport())
    private let waiting = Mutex<GarbageWaiting?>(nil)

    /// - Parameters:
    ///   - prefixes: of the keys among which orphans are looked for.
    ///   - milliseconds: the clock: milliseconds since 1970.
    package init(
        database: ConnectionPool, objects: ObjectStore, policy: GarbagePolicy,
        prefixes: [String] = ["emails/", "calendars/"],
        logger: Logger,
        milliseconds: @escaping @Sendable () -> UInt64 = UUIDv7Generator.wallClock
    ) {
        self.database = database
        self.objects = objects
        self.policy = policy
        self.prefixes = prefixes
        self.logger = logger
        now = milliseconds
    }

    /// What was done since this was made.
    package var totals: GarbageReport { sums.withLock { $0 } }

    /// Runs every pass once. One that fails is in the report and does not keep the others from running.
    ///
    /// - Throws: `CancellationError`, between two passes.
    @discardableResult
    package func cycle() async throws -> GarbageReport {
        var report = GarbageReport()
        defer { sums.withLock { $0.add(report) } }
        for pass in GarbageReport.Pass.allCases {
            try Task.checkCancellation()
            do throws(StoreError) {
                try await run(pass, &report)
            } catch {
                try Task.checkCancellation()
                report.failures.append((pass, error))
                logger.error("collecting failed", metadata: ["pass": "\(pass.rawValue)", "error": "\(error)"])
            }
        }
        var metadata: Logger.Metadata = [:]
        for (name, count) in report.counts where count > 0 { metadata[name] = "\(count)" }
        if !metadata.isEmpty { logger.info("collected", metadata: metadata) }
        return report
    }

    /// Collects until the task is cancelled.
    ///
    /// - Parameters:
    ///   - pause: between two cycles while there is more to do.
    ///   - idle: after a cycle that left nothing to do, or failed.
    /// - Throws: `CancellationError` only.
    package func run(pause: Duration, idle: Duration) async throws {
        while true {
            let report = try await cycle()
            await measureBacklog()
            try await Task.sleep(for: report.hasMore && report.failures.isEmpty ? pause : idle)
        }
    }

    /// What waited when it was last looked at, which is after each cycle of ``run(pause:idle:)``; nil before the first.
    package var backlog: GarbageWaiting? { waiting.withLock { $0 } }

    /// Counts what waits. Where that fails, the cycle before has said why.
    package func measureBacklog() async {
        let found = try? await database.read { connection in
            let row = try connection.script(
                """
                SELECT COUNT(*), COALESCE(TIMESTAMPDIFF(SECOND, MIN(queued_at), UTC_TIMESTAMP()), 0) FROM garbage_objects
                """)[0].rows.first
            return GarbageWaiting(objects: try row?[0].uint64 ?? 0, oldest: try row?[1].int64 ?? 0)
        }
        if let found { waiting.withLock { $0 = found } }
    }

    private func run(_ pass: GarbageReport.Pass, _ report: inout GarbageReport) async throws(StoreError) {
        switch pass {
        case .tombstones: try await collectTombstones(&report)
        case .accounts: try await collectAccounts(&report)
        case .mailboxes: try await collectMailboxes(&report)
        case .objects: try await collectObjects(&report)
        case .calendars: try await collectCalendars(&report)
        case .orphans: for prefix in prefixes { try await sweepOrphans(prefix, &report) }
        case .records: try await forgetRecords(&report)
        }
    }

    /// The condition that a row was deleted longer ago than it can be restored.
    var isPastRetention: SQLText {
        "deleted_at <= UTC_TIMESTAMP() - INTERVAL \(policy.retention) SECOND"
    }
}
