import MariaDBClient

extension Fsck {
    /// Compares the counters of living mailboxes with their rows.
    ///
    /// - Returns: nil when there are no more.
    func checkMailboxes(_ scope: Scope, after last: UInt64, repair: Bool) async throws(StoreError) -> Page? {
        try await mapped {
            let sums = try await database.read { connection in
                try connection.script(MailboxSums.select("b.id > \(last) AND \(scope.ofAccounts)", limit: Self.page))[0]
                    .rows.map(MailboxSums.init(row:))
            }
            guard let end = sums.last?.mailbox else { return nil }
            var findings: [FsckFinding] = []
            for sum in sums where !sum.agrees {
                if !repair {
                    findings += sum.findings(areRepaired: false)
                } else {
                    findings += try await database.transaction { try Self.repair(mailbox: sum.mailbox, on: $0) }
                }
            }
            return Page(findings: findings, count: sums.count, last: end)
        }
    }

    /// Compares the usage of accounts with the counters of their living mailboxes and calendars.
    func checkUsage(_ scope: Scope, after last: UInt64, repair: Bool) async throws(StoreError) -> Page? {
        try await mapped {
            let sums = try await database.read { connection in
                try connection.script(UsageSums.select("a.id > \(last) AND \(scope.ofAccounts)", limit: Self.page))[0]
                    .rows.map(UsageSums.init(row:))
            }
            guard let end = sums.last?.account else { return nil }
            var findings: [FsckFinding] = []
            for sum in sums where !sum.agrees {
                if !repair {
                    findings.append(sum.finding(isRepaired: false))
                } else if let finding = try await database.transaction({
                    try Self.repair(account: sum.account, on: $0)
                }) {
                    findings.append(finding)
                }
            }
            return Page(findings: findings, count: sums.count, last: end)
        }
    }

    private static func repair(mailbox: UInt64, on connection: Connection) throws -> [FsckFinding] {
        let rows = try connection.script(
            """
            SELECT id FROM mailboxes WHERE id = \(mailbox) FOR UPDATE;\(MailboxSums.select("b.id = \(mailbox)", limit: 1))
            """)[1].rows
        guard let sum = try rows.first.map(MailboxSums.init(row:)), !sum.agrees else { return [] }
        _ = try connection.commit(
            after: """
                UPDATE mailboxes SET messages = \(sum.actual[0]), unseen = \(sum.actual[1]), bytes = \(sum.actual[2]), \
                uid_next = GREATEST(uid_next, \(sum.highestUID + 1)), \
                highest_modseq = GREATEST(highest_modseq, \(sum.highestRowModSeq)) WHERE id = \(mailbox)
                """)
        return sum.findings(areRepaired: true)
    }

    private static func repair(account: UInt64, on connection: Connection) throws -> FsckFinding? {
        let rows = try connection.script(
            """
            SELECT id FROM mailboxes WHERE account_id = \(account) AND live = 1 ORDER BY id FOR UPDATE;\
            SELECT id FROM accounts WHERE id = \(account) FOR UPDATE;\(UsageSums.select("a.id = \(account)", limit: 1))
            """)[2].rows
        guard let sum = try rows.first.map(UsageSums.init(row:)), !sum.agrees else { return nil }
        _ = try connection.commit(
            after: """
                UPDATE accounts SET used_bytes = \(sum.actual[0]), used_messages = \(sum.actual[1]) WHERE id = \(account)
                """)
        return sum.finding(isRepaired: true)
    }
}

/// A mailbox's counters beside what its rows add up to.
private struct MailboxSums: Sendable {
    let mailbox: UInt64
    let name: String
    /// Messages, unseen, bytes: as the mailbox has them and as its rows add up.
    let stored: [Int64]
    let actual: [Int64]
    let uidNext: UInt64
    let highestModSeq: ModSeq
    /// Of all rows, tombstones too; 0 when there is none.
    let highestUID: UInt64
    let highestRowModSeq: ModSeq

    static func select(_ condition: SQLText, limit: Int) -> SQLText {
        """
        SELECT b.id, a.username, b.name, b.messages, b.unseen, b.bytes, \
        COUNT(IF(m.deleted_at IS NULL, m.uid, NULL)), COUNT(IF(m.deleted_at IS NULL AND m.flags & 1 = 0, m.uid, NULL)), \
        COALESCE(SUM(IF(m.deleted_at IS NULL, m.size, 0)), 0), b.uid_next, b.highest_modseq, COALESCE(MAX(m.uid), 0), \
        COALESCE(MAX(m.modseq), 0) FROM mailboxes b JOIN accounts a ON a.id = b.account_id \
        LEFT JOIN messages m ON m.mailbox_id = b.id WHERE b.live = 1 AND \(condition) \
        GROUP BY b.id, a.username, b.name, b.messages, b.unseen, b.bytes, b.uid_next, b.highest_modseq \
        ORDER BY b.id LIMIT \(limit)
        """
    }

    init(row: Row) throws {
        mailbox = try row[0].uint64
        name = "\(try row[1].string) \(String(decoding: try row[2].bytes, as: UTF8.self))"
        stored = try (3...5).map { try row[$0].int64 }
        actual = try (6...8).map { try row[$0].int64 }
        uidNext = try row[9].uint64
        highestModSeq = try row[10].uint64
        highestUID = try row[11].uint64
        highestRowModSeq = try row[12].uint64
    }

    private var countersAgree: Bool { stored == actual }
    private var sequenceAgrees: Bool { highestUID < uidNext && highestRowModSeq <= highestModSeq }
    var agrees: Bool { countersAgree && sequenceAgrees }

    func findings(areRepaired: Bool) -> [FsckFinding] {
        var findings: [FsckFinding] = []
        if !countersAgree {
            let names = ["messages", "unseen", "bytes"]
            let detail = names.indices.filter { stored[$0] != actual[$0] }
                .map { "\(names[$0]) \(stored[$0]), rows \(actual[$0])" }.joined(separator: "; ")
            findings.append(
                FsckFinding(kind: .mailboxCounters, subject: name, detail: detail, isRepaired: areRepaired))
        }
        if !sequenceAgrees {
            findings.append(
                FsckFinding(
                    kind: .mailboxSequence, subject: name,
                    detail: """
                        next UID \(uidNext), highest UID \(highestUID); highest mod-sequence \(highestModSeq), \
                        of rows \(highestRowModSeq)
                        """,
                    isRepaired: areRepaired))
        }
        return findings
    }
}

/// An account's usage beside what its living mailboxes and calendars add up to.
private struct UsageSums: Sendable {
    let account: UInt64
    let name: String
    /// Bytes, messages.
    let stored: [Int64]
    let actual: [Int64]

    static func select(_ condition: SQLText, limit: Int) -> SQLText {
        """
        SELECT a.id, a.username, a.used_bytes, a.used_messages, COALESCE(SUM(b.bytes), 0) + (SELECT COALESCE(SUM(c.bytes), 0) \
        FROM calendars c WHERE c.account_id = a.id AND c.live = 1), COALESCE(SUM(b.messages), 0) \
        FROM accounts a LEFT JOIN mailboxes b ON b.account_id = a.id AND b.live = 1 \
        WHERE a.live = 1 AND \(condition) GROUP BY a.id, a.username, a.used_bytes, a.used_messages \
        ORDER BY a.id LIMIT \(limit)
        """
    }

    init(row: Row) throws {
        account = try row[0].uint64
        name = try row[1].string
        stored = try (2...3).map { try row[$0].int64 }
        actual = try (4...5).map { try row[$0].int64 }
    }

    var agrees: Bool { stored == actual }

    func finding(isRepaired: Bool) -> FsckFinding {
        FsckFinding(
            kind: .accountUsage, subject: name,
            detail: """
                bytes \(stored[0]), mailboxes and calendars \(actual[0]); messages \(stored[1]), mailboxes \(actual[1])
                """,
            isRepaired: isRepaired)
    }
}
