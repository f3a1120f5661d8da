// The check of the whole store: rows against counters, rows against objects. Safe beside running daemons: what it finds
// it looks at again under the locks that they respect before it changes anything.

import MariaDBClient
import S3Client

/// Compares what the store says of itself with what is there. Memory is bounded; findings are handed out one by one.
package struct Fsck: Sendable {
    let database: ConnectionPool
    let objects: ObjectStore
    let orphanGrace: Int64
    let prefix: String
    let now: @Sendable () -> UInt64

    /// Rows looked at in one query.
    static let page = 500

    /// - Parameters:
    ///   - orphanGrace: seconds for which an object without a row is taken for a delivery under way.
    ///   - prefix: of the keys looked at.
    ///   - milliseconds: the clock: milliseconds since 1970.
    package init(
        database: ConnectionPool, objects: ObjectStore, orphanGrace: Int64 = 86_400, prefix: String = "emails/",
        milliseconds: @escaping @Sendable () -> UInt64 = UUIDv7Generator.wallClock
    ) {
        self.database = database
        self.objects = objects
        self.orphanGrace = orphanGrace
        self.prefix = prefix
        now = milliseconds
    }

    /// Checks everything.
    ///
    /// - Parameters:
    ///   - repair: puts right what can be.
    ///   - onFinding: is given each finding as it is made.
    package func run(
        repair: Bool, onFinding: (FsckFinding) -> Void = { _ in }
    ) async throws(StoreError) -> FsckReport {
        var report = FsckReport()
        func note(_ findings: [FsckFinding]) {
            for finding in findings {
                report.findings[finding.kind, default: 0] += 1
                report.repaired += finding.isRepaired ? 1 : 0
                onFinding(finding)
            }
        }
        // Mailboxes first: an account's usage is compared with its mailboxes' counters.
        var last: UInt64 = 0
        while let page = try await checkMailboxes(after: last, repair: repair) {
            note(page.findings)
            report.mailboxes += page.count
            last = page.last
        }
        last = 0
        while let page = try await checkUsage(after: last, repair: repair) {
            note(page.findings)
            report.accounts += page.count
            last = page.last
        }
        last = 0
        while let page = try await checkReferences(after: last, repair: repair) {
            note(page.findings)
            last = page.last
        }
        var key: String? = ""
        while let after = key {
            let page = try await checkObjects(after: after, repair: repair)
            note(page.findings)
            report.objects += page.count
            key = page.last
        }
        return report
    }

    /// A stretch of rows that was checked.
    struct Page: Sendable {
        var findings: [FsckFinding]
        let count: Int
        let last: UInt64
    }
}
