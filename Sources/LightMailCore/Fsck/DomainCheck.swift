import MariaDBClient

extension Fsck {
    /// Compares what domains with a limit are said to use with what their accounts use, and what domains without one
    /// are, which is nothing.
    func checkDomains(_ scope: Scope, after last: UInt64, repair: Bool) async throws(StoreError) -> Page? {
        try await mapped {
            let sums = try await database.read { connection in
                try connection.script(DomainSums.select("d.id > \(last) AND \(scope.ofDomains)", limit: Self.page))[0]
                    .rows
                    .map(DomainSums.init(row:))
            }
            guard let end = sums.last?.domain else { return nil }
            var findings: [FsckFinding] = []
            for sum in sums where !sum.agrees {
                if !repair {
                    findings.append(sum.finding(isRepaired: false))
                } else if let finding = try await database.transaction({ try Self.repair(domain: sum.domain, on: $0) })
                {
                    findings.append(finding)
                }
            }
            return Page(findings: findings, count: sums.count, last: end)
        }
    }

    private static func repair(domain: UInt64, on connection: Connection) throws -> FsckFinding? {
        let rows = try connection.script(
            """
            SELECT id FROM accounts WHERE domain_id = \(domain) ORDER BY id FOR UPDATE;\
            SELECT id FROM domains WHERE id = \(domain) FOR UPDATE;\(DomainSums.select("d.id = \(domain)", limit: 1))
            """)[2].rows
        guard let sum = try rows.first.map(DomainSums.init(row:)), !sum.agrees else { return nil }
        _ = try connection.commit(after: DomainUsage.recount(domain: domain, isLimited: sum.isLimited))
        return sum.finding(isRepaired: true)
    }
}

/// A domain's usage beside what its living accounts add up to.
private struct DomainSums: Sendable {
    let domain: UInt64
    let name: String
    let isLimited: Bool
    /// Bytes, messages.
    let stored: [Int64]
    let actual: [Int64]
    /// Accounts that do not know whether their domain has a limit.
    let astray: Int64

    static func select(_ condition: SQLText, limit: Int) -> SQLText {
        """
        SELECT d.id, d.name, COALESCE(d.quota_bytes, d.quota_messages) IS NOT NULL, d.used_bytes, d.used_messages, \
        COALESCE(SUM(IF(a.live = 1, a.used_bytes, 0)), 0), COALESCE(SUM(IF(a.live = 1, a.used_messages, 0)), 0), \
        COALESCE(SUM(NOT (a.limited_domain_id <=> IF(a.live = 1 AND COALESCE(d.quota_bytes, d.quota_messages) \
        IS NOT NULL, d.id, NULL))), 0) FROM domains d LEFT JOIN accounts a ON a.domain_id = d.id WHERE \(condition) \
        GROUP BY d.id, d.name, d.quota_bytes, d.quota_messages, d.used_bytes, d.used_messages ORDER BY d.id LIMIT \(limit)
        """
    }

    init(row: Row) throws {
        domain = try row[0].uint64
        name = try row[1].string
        isLimited = try row[2].uint64 != 0
        stored = try (3...4).map { try row[$0].int64 }
        actual = try (5...6).map { try row[$0].int64 }
        astray = try row[7].int64
    }

    var agrees: Bool { astray == 0 && stored == (isLimited ? actual : [0, 0]) }

    func finding(isRepaired: Bool) -> FsckFinding {
        let should = isLimited ? actual : [0, 0]
        return FsckFinding(
            kind: .domainUsage, subject: name,
            detail: """
                bytes \(stored[0]), should be \(should[0]); messages \(stored[1]), should be \(should[1]); \
                accounts that are counted wrongly \(astray)
                """,
            isRepaired: isRepaired)
    }
}
