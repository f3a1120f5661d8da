// The check of the whole store: rows against counters, rows against objects. Safe beside running daemons: what it finds
// it looks at again under the locks that they respect before it changes anything.

import MariaDBClient
import S3Client

/// Compares what the store says of itself with what is there. Memory is bounded; findings are handed out one by one.
package struct Fsck: Sendable {
    let database: ConnectionPool
    let objects: ObjectStore
    let orphanGrace: Int64
    let prefixes: [String]
    let now: @Sendable () -> UInt64

    /// Rows looked at in one query.
    static let page = 500

    /// - Parameters:
    ///   - orphanGrace: seconds for which an object without a row is taken for a delivery under way.
    ///   - prefixes: of the keys looked at.
    ///   - milliseconds: the clock: milliseconds since 1970.
    package init(
        database: ConnectionPool, objects: ObjectStore, orphanGrace: Int64 = 86_400,
        prefixes: [String] = ["calendars/", "emails/"],
        milliseconds: @escaping @Sendable () -> UInt64 = UUIDv7Generator.wallClock
    ) {
        self.database = database
        self.objects = objects
        self.orphanGrace = orphanGrace
        self.prefixes = prefixes
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
        try await checkCounters(.everything, repair: repair, &report, onFinding)
        var last: UInt64 = 0
        while let page = try await checkReferences(after: last, repair: repair) {
            report.note(page.findings, onFinding)
            last = page.last
        }
        for prefix in prefixes {
            var key: String? = ""
            while let after = key {
                let page = try await checkObjects(of: prefix, after: after, repair: repair)
                report.note(page.findings, onFinding)
                report.objects += page.count
                key = page.last
            }
        }
        return report
    }

    /// Counts anew what mailboxes hold and what accounts and domains use, and nothing else.
    ///
    /// - Parameters:
    ///   - owner: only of that account, or of that domain and its accounts; nil for all.
    ///   - onFinding: is given each counter that was wrong.
    /// - Throws: `StoreError` notFound.
    package func recount(
        _ owner: QuotaOwner?, onFinding: (FsckFinding) -> Void = { _ in }
    ) async throws(StoreError) -> FsckReport {
        let scope = try await mapped { try await database.read { try $0.scope(of: owner) } }
        var report = FsckReport()
        try await checkCounters(scope, repair: true, &report, onFinding)
        return report
    }

    /// Mailboxes, then accounts, then domains: each is compared with the counters before.
    private func checkCounters(
        _ scope: Scope, repair: Bool, _ report: inout FsckReport, _ onFinding: (FsckFinding) -> Void
    ) async throws(StoreError) {
        var last: UInt64 = 0
        while let page = try await checkMailboxes(scope, after: last, repair: repair) {
            report.note(page.findings, onFinding)
            report.mailboxes += page.count
            last = page.last
        }
        last = 0
        while let page = try await checkUsage(scope, after: last, repair: repair) {
            report.note(page.findings, onFinding)
            report.accounts += page.count
            last = page.last
        }
        last = 0
        while let page = try await checkDomains(scope, after: last, repair: repair) {
            report.note(page.findings, onFinding)
            report.domains += page.count
            last = page.last
        }
    }

    /// Whose counters are looked at.
    enum Scope: Sendable {
        case everything
        case account(UInt64)
        case domain(UInt64)

        /// The condition on accounts `a`.
        var ofAccounts: SQLText {
            switch self {
            case .everything: "TRUE"
            case .account(let account): "a.id = \(account)"
            case .domain(let domain): "a.domain_id = \(domain)"
            }
        }

        /// The condition on domains `d`.
        var ofDomains: SQLText {
            switch self {
            case .everything: "TRUE"
            case .account(let account): "d.id = (SELECT domain_id FROM accounts WHERE id = \(account))"
            case .domain(let domain): "d.id = \(domain)"
            }
        }
    }

    /// A stretch of rows that was checked.
    struct Page: Sendable {
        var findings: [FsckFinding]
        let count: Int
        let last: UInt64
    }
}

extension FsckReport {
    fileprivate mutating func note(_ found: [FsckFinding], _ onFinding: (FsckFinding) -> Void) {
        for finding in found {
            findings[finding.kind, default: 0] += 1
            repaired += finding.isRepaired ? 1 : 0
            onFinding(finding)
        }
    }
}

extension Connection {
    fileprivate func scope(of owner: QuotaOwner?) throws -> Fsck.Scope {
        switch owner {
        case nil: return .everything
        case .account(let address): return .account(try account(address).id.rawValue)
        case .domain(let name):
            let rows = try query("SELECT id FROM domains WHERE name = ?", [.text(name.description)])
            guard let id = try rows.first?[0].uint64 else { throw StoreError(.notFound, "domain \(name)") }
            return .domain(id)
        }
    }
}
