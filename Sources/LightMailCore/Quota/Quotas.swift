import MariaDBClient

/// The quotas of accounts and domains: what they are, and how much of them is used.
///
/// They are enforced where messages and mailboxes are added, in the same transaction: `QuotaRooms`, `LockedNames`.
package struct Quotas: Sendable {
    let database: ConnectionPool

    private static let accountColumns = """
        a.username, a.used_bytes, a.quota_bytes, a.used_messages, a.quota_messages, \
        (SELECT COUNT(*) FROM mailboxes b WHERE b.account_id = a.id AND b.live = 1), a.quota_mailboxes
        """

    /// The quotas that apply to an account: its own, then its domain's if that has a limit. One round trip.
    ///
    /// - Throws: `StoreError` notFound.
    package func applying(to account: AccountID) async throws(StoreError) -> [Quota] {
        try await mapped {
            try await database.read { connection in
                let rows = try connection.query(
                    """
                    SELECT \(Self.accountColumns), a.limited_domain_id IS NOT NULL, d.name, d.used_bytes, d.quota_bytes, \
                    d.used_messages, d.quota_messages FROM accounts a JOIN domains d ON d.id = a.domain_id \
                    WHERE a.id = ? AND a.live = 1
                    """, [.uint(account.rawValue)])
                guard let row = rows.first else { throw StoreError(.notFound, "account \(account)") }
                let own = try Quota(account: row)
                return try row[7].bool ? [own, Quota(domain: row, at: 8)] : [own]
            }
        }
    }

    /// The quota of an account or a domain. What a domain without a limit uses is added up.
    ///
    /// - Throws: `StoreError` notFound.
    package func find(_ owner: QuotaOwner) async throws(StoreError) -> Quota {
        let name: String
        let found: [Quota]
        switch owner {
        case .account(let address):
            name = "account \(address)"
            found = try await accounts(address.description)
        case .domain(let domain):
            name = "domain \(domain)"
            found = try await domains(domain.description)
        }
        guard let quota = found.first else { throw StoreError(.notFound, name) }
        return quota
    }

    /// Every domain's and then every account's, by name.
    package func all() async throws(StoreError) -> [Quota] {
        try await domains(nil) + accounts(nil)
    }

    private func accounts(_ address: String?) async throws(StoreError) -> [Quota] {
        try await mapped {
            try await database.read { connection in
                try connection.query(
                    """
                    SELECT \(Self.accountColumns) FROM accounts a WHERE a.live = 1 AND (? IS NULL OR a.username = ?) \
                    ORDER BY a.username
                    """, [SQLValue(address), SQLValue(address)]
                ).map(Quota.init(account:))
            }
        }
    }

    private func domains(_ name: String?) async throws(StoreError) -> [Quota] {
        try await mapped {
            try await database.read { connection in
                try connection.query(
                    """
                    SELECT d.name, COALESCE(SUM(a.used_bytes), 0), d.quota_bytes, COALESCE(SUM(a.used_messages), 0), \
                    d.quota_messages FROM domains d LEFT JOIN accounts a ON a.domain_id = d.id AND a.live = 1 \
                    WHERE ? IS NULL OR d.name = ? GROUP BY d.id, d.name, d.quota_bytes, d.quota_messages ORDER BY d.name
                    """, [SQLValue(name), SQLValue(name)]
                ).map { try Quota(domain: $0, at: 0) }
            }
        }
    }

    /// Sets or lifts limits. What is above a new limit already stays; only more is refused.
    ///
    /// - Throws: `StoreError` notFound; invalid for a limit of mailboxes of a domain.
    package func change(_ owner: QuotaOwner, _ change: QuotaChange) async throws(StoreError) {
        switch owner {
        case .account(let address):
            try await mapped {
                try await database.transaction { try $0.change(quotaOf: address, change) }
            }
        case .domain(let domain):
            guard change.mailboxes == nil else { throw StoreError(.invalid("a domain has no limit of mailboxes")) }
            try await mapped {
                try await database.transaction { try $0.change(quotaOf: domain, change) }
            }
        }
    }
}

extension Connection {
    fileprivate func change(quotaOf address: EmailAddress, _ change: QuotaChange) throws {
        let account = try account(address).id.rawValue
        var script: SQLText = "DO 0"
        if let limit = change.bytes {
            script += ";UPDATE accounts SET quota_bytes = \(limit.value) WHERE id = \(account)"
        }
        if let limit = change.messages {
            script += ";UPDATE accounts SET quota_messages = \(limit.value) WHERE id = \(account)"
        }
        if let limit = change.mailboxes {
            let count = limit.value.map { UInt32(clamping: $0) }
            script += ";UPDATE accounts SET quota_mailboxes = \(count) WHERE id = \(account)"
        }
        _ = try commit(after: script)
    }

    /// The rows of the domain's accounts are locked before its own, as everywhere: who adds a message meanwhile has
    /// counted it, or will see that it has to.
    fileprivate func change(quotaOf domain: DomainName, _ change: QuotaChange) throws {
        let found = try query("SELECT id FROM domains WHERE name = ?", [.text(domain.description)])
        guard let id = try found.first?[0].uint64 else { throw StoreError(.notFound, "domain \(domain)") }
        let locked = try script(
            """
            UPDATE accounts SET limited_domain_id = limited_domain_id WHERE domain_id = \(id) ORDER BY id;\
            SELECT quota_bytes, quota_messages FROM domains WHERE id = \(id) FOR UPDATE
            """)
        guard let row = locked[1].rows.first else { throw StoreError(.notFound, "domain \(domain)") }
        let bytes = try change.bytes?.value ?? (change.bytes == nil ? row[0].optional?.uint64 : nil)
        let messages = try change.messages?.value ?? (change.messages == nil ? row[1].optional?.uint64 : nil)
        _ = try commit(
            after: """
                UPDATE domains SET quota_bytes = \(bytes), quota_messages = \(messages) WHERE id = \(id);\
                \(DomainUsage.recount(domain: id, isLimited: bytes != nil || messages != nil))
                """)
    }
}

extension Quota {
    /// - Parameter row: of `Quotas.accountColumns`.
    fileprivate init(account row: Row) throws {
        let limit = try row[6].optional?.uint64 ?? UInt64(LockedNames.maximumMailboxes)
        self.init(
            name: try row[0].string, bytes: try QuotaResource(row, at: 1), messages: try QuotaResource(row, at: 3),
            mailboxes: QuotaResource(
                used: UInt64(clamping: try row[5].int64), limit: min(limit, UInt64(LockedNames.maximumMailboxes))))
    }

    /// - Parameter row: has from `start` on the name, and what is used and allowed of bytes and of messages.
    fileprivate init(domain row: Row, at start: Int) throws {
        self.init(
            name: try row[start].string, bytes: try QuotaResource(row, at: start + 1),
            messages: try QuotaResource(row, at: start + 3), mailboxes: nil)
    }
}

extension QuotaResource {
    /// - Parameter row: has what is used at `start`, then the limit.
    fileprivate init(_ row: Row, at start: Int) throws {
        // A counter gone wrong is not shown as an enormous number.
        self.init(used: UInt64(clamping: try row[start].int64), limit: try row[start + 1].optional?.uint64)
    }
}
