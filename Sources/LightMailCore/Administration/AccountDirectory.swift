import MariaDBClient

/// An account with what a list does not show.
package struct AccountRecord: Sendable, Hashable {
    package let account: Account
    package let domain: UInt64
    /// How many mailboxes it may have; nil for no limit but the system's.
    package let quotaMailboxes: UInt64?
    /// Seconds since 1970.
    package let createdAt: Int64
    /// When it was removed; nil for a living account.
    package let deletedAt: Int64?
}

/// A domain with what it holds.
package struct DomainRecord: Sendable, Hashable {
    package let id: UInt64
    package let name: DomainName
    package let isActive: Bool
    /// Living accounts in it, and what they use.
    package let accounts: Int
    package let usedBytes: Int64
    package let usedMessages: Int64
    /// Limits of what they use together; nil for none.
    package let quotaBytes: UInt64?
    package let quotaMessages: UInt64?
    /// Seconds since 1970.
    package let createdAt: Int64
}

/// An alias with its number.
package struct AliasRecord: Sendable, Hashable {
    package let id: UInt64
    package let address: String
    package let account: AccountID
    /// The address of that account.
    package let target: String
}

extension Administration {
    /// Living accounts, by name.
    ///
    /// - Parameter domain: only those of that domain.
    package func accounts(
        domain: UInt64? = nil, page: Page<String> = Page()
    ) async throws(StoreError) -> [Account] {
        try await mapped {
            try await database.read { connection in
                try connection.query(
                    """
                    SELECT \(Account.columns) FROM accounts a WHERE a.live = 1 AND (? IS NULL OR a.domain_id = ?) \
                    AND a.username > ? ORDER BY a.username LIMIT ? OFFSET ?
                    """, [SQLValue(domain), SQLValue(domain), .text(page.after ?? "")] + page.bounds
                ).map { try Account(row: $0) }
            }
        }
    }

    /// Accounts that were removed and are not collected yet, the latest first.
    package func removedAccounts(limit: Int = largestPage) async throws(StoreError) -> [AccountRecord] {
        try await mapped {
            try await database.read { connection in
                try connection.query(
                    """
                    SELECT \(AccountRecord.columns) FROM accounts a WHERE a.live IS NULL \
                    ORDER BY a.deleted_at DESC, a.id DESC LIMIT ?
                    """, [.uint(UInt64(limit))]
                ).map(AccountRecord.init(row:))
            }
        }
    }

    /// - Throws: `StoreError` notFound when there is no living account of that number.
    package func account(_ id: AccountID) async throws(StoreError) -> AccountRecord {
        try await mapped {
            try await database.read { connection in
                let rows = try connection.query(
                    "SELECT \(AccountRecord.columns) FROM accounts a WHERE a.id = ? AND a.live = 1",
                    [.uint(id.rawValue)])
                guard let row = rows.first else { throw StoreError(.notFound, "account \(id)") }
                return try AccountRecord(row: row)
            }
        }
    }

    /// All domains, by name, with what their accounts use.
    package func domains() async throws(StoreError) -> [DomainRecord] {
        try await domains(where: "TRUE", [])
    }

    /// - Throws: `StoreError` notFound.
    package func domain(_ id: UInt64) async throws(StoreError) -> DomainRecord {
        guard let domain = try await domains(where: "d.id = ?", [.uint(id)]).first else {
            throw StoreError(.notFound, "domain \(id)")
        }
        return domain
    }

    /// - Throws: `StoreError` notFound.
    package func domain(_ name: DomainName) async throws(StoreError) -> DomainRecord {
        guard let domain = try await domains(where: "d.name = ?", [.text(name.description)]).first else {
            throw StoreError(.notFound, "domain \(name)")
        }
        return domain
    }

    /// Lets a domain's accounts log in and receive, or stops them all.
    ///
    /// - Throws: `StoreError` notFound.
    package func setActive(domain id: UInt64, _ isActive: Bool) async throws(StoreError) {
        try await mapped {
            try await database.transaction { connection in
                // Which rows a statement found MySQL does not tell, only which it changed.
                guard try !connection.query("SELECT id FROM domains WHERE id = ? FOR UPDATE", [.uint(id)]).isEmpty
                else { throw StoreError(.notFound, "domain \(id)") }
                _ = try connection.execute(
                    "UPDATE domains SET is_active = ? WHERE id = ?", [.int(isActive ? 1 : 0), .uint(id)])
                if !isActive { _ = try connection.commit(after: SessionEnding.of(domain: id)) }
            }
        }
    }

    /// Aliases, by address.
    ///
    /// - Parameter account: only those that lead to it.
    package func aliases(
        account: AccountID? = nil, page: Page<UInt64> = Page()
    ) async throws(StoreError) -> [AliasRecord] {
        try await mapped {
            try await database.read { connection in
                try connection.query(
                    """
                    SELECT l.id, l.address, l.account_id, a.username FROM aliases l \
                    JOIN accounts a ON a.id = l.account_id WHERE (? IS NULL OR l.account_id = ?) AND l.id > ? \
                    ORDER BY l.id LIMIT ? OFFSET ?
                    """,
                    [SQLValue(account?.rawValue), SQLValue(account?.rawValue), .uint(page.after ?? 0)] + page.bounds
                ).map(AliasRecord.init(row:))
            }
        }
    }

    /// - Throws: `StoreError` notFound.
    package func alias(_ id: UInt64) async throws(StoreError) -> AliasRecord {
        try await mapped {
            try await database.read { connection in
                let rows = try connection.query(
                    """
                    SELECT l.id, l.address, l.account_id, a.username FROM aliases l \
                    JOIN accounts a ON a.id = l.account_id WHERE l.id = ?
                    """, [.uint(id)])
                guard let row = rows.first else { throw StoreError(.notFound, "alias \(id)") }
                return try AliasRecord(row: row)
            }
        }
    }

    private func domains(where condition: String, _ values: [SQLValue]) async throws(StoreError) -> [DomainRecord] {
        try await mapped {
            try await database.read { connection in
                try connection.query(
                    """
                    SELECT d.id, d.name, d.is_active, COUNT(a.id), COALESCE(SUM(a.used_bytes), 0), \
                    COALESCE(SUM(a.used_messages), 0), TIMESTAMPDIFF(SECOND, '1970-01-01', d.created_at), \
                    d.quota_bytes, d.quota_messages FROM domains d LEFT JOIN accounts a ON a.domain_id = d.id AND a.live = 1 WHERE \(condition) \
                    GROUP BY d.id, d.name, d.is_active, d.created_at, d.quota_bytes, d.quota_messages ORDER BY d.name
                    """, values
                ).map(DomainRecord.init(row:))
            }
        }
    }
}

extension AccountRecord {
    /// The columns that `init(row:)` reads, of the table `a`.
    static let columns = """
        \(Account.columns), a.domain_id, TIMESTAMPDIFF(SECOND, '1970-01-01', a.created_at), \
        TIMESTAMPDIFF(SECOND, '1970-01-01', a.deleted_at), a.quota_mailboxes
        """

    init(row: Row) throws {
        account = try Account(row: row)
        domain = try row[Account.columnCount].uint64
        createdAt = try row[Account.columnCount + 1].int64
        deletedAt = try row[Account.columnCount + 2].optionalInt64
        quotaMailboxes = try row[Account.columnCount + 3].optional?.uint64
    }
}

extension DomainRecord {
    fileprivate init(row: Row) throws {
        id = try row[0].uint64
        name = try DomainName(try row[1].string)
        isActive = try row[2].bool
        accounts = Int(try row[3].int64)
        usedBytes = try row[4].int64
        usedMessages = try row[5].int64
        createdAt = try row[6].int64
        quotaBytes = try row[7].optional?.uint64
        quotaMessages = try row[8].optional?.uint64
    }
}

extension AliasRecord {
    fileprivate init(row: Row) throws {
        id = try row[0].uint64
        address = try row[1].string
        account = AccountID(try row[2].uint64)
        target = try row[3].string
    }
}
