import MariaDBClient

/// Who there is: accounts and the domains they are in; how they prove who they are; where their mail goes.
package struct Accounts: Sendable {
    let database: ConnectionPool
    let passwords: PasswordVerifier
    /// What failures cost; changed while others log in.
    package let rules: Adjustable<LoginRules>
    /// Of it the salts of names without a verifier are made up.
    let saltSecret: SharedSecret
    /// Seconds since 1970.
    let now: @Sendable () -> Int64
    /// Told of logins that fail, if somebody wants to hear of them.
    var outbox: WebhookOutbox?

    /// What every new account has beside INBOX, each subscribed.
    private static let folders: [(name: String, use: SpecialUse)] = [
        ("Archive", .archive), ("Drafts", .drafts), ("Junk", .junk), ("Sent", .sent), ("Trash", .trash),
    ]

    /// All living accounts, by name.
    ///
    /// - Parameter domain: only those in that domain.
    package func list(domain: DomainName? = nil) async throws(StoreError) -> [Account] {
        try await mapped {
            try await database.read { connection in
                try connection.query(
                    """
                    SELECT \(Account.columns) FROM accounts a JOIN domains d ON d.id = a.domain_id \
                    WHERE a.live = 1 AND (? IS NULL OR d.name = ?) ORDER BY a.username
                    """, [SQLValue(domain?.description), SQLValue(domain?.description)]
                ).map { try Account(row: $0) }
            }
        }
    }

    /// - Throws: `StoreError` notFound.
    package func find(_ address: EmailAddress) async throws(StoreError) -> Account {
        try await mapped {
            try await database.read { try $0.account(address) }
        }
    }

    /// Makes an account with INBOX and the usual folders.
    ///
    /// - Throws: `StoreError` alreadyExists (and nothing changes), notFound for the domain, invalid for the password.
    package func add(
        _ address: EmailAddress, password: [UInt8], quotaBytes: UInt64? = nil, quotaMessages: UInt64? = nil
    ) async throws(StoreError) -> Account {
        let hash = try await passwords.hash(password)
        let verifier = try await passwords.scramVerifier(password)?.text
        let now = now()
        return try await mapped {
            do {
                return try await database.transaction { connection in
                    let rows = try connection.query(
                        """
                        SELECT id, COALESCE(quota_bytes, quota_messages) IS NOT NULL FROM domains WHERE name = ? FOR UPDATE
                        """, [.text(address.domain)])
                    guard let row = rows.first else { throw StoreError(.notFound, "domain \(address.domain)") }
                    let domain = try row[0].uint64
                    let made = try connection.execute(
                        """
                        INSERT INTO accounts (domain_id, username, password_hash, scram_sha_256, quota_bytes, \
                        quota_messages, limited_domain_id, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, UTC_TIMESTAMP())
                        """,
                        [
                            .uint(domain), .text(address.description), .text(hash), SQLValue(verifier),
                            SQLValue(quotaBytes), SQLValue(quotaMessages), SQLValue(try row[1].bool ? domain : nil),
                        ])
                    try connection.makeFolders(AccountID(made.lastInsertID), Self.folders, now: now)
                    return try connection.account(address)
                }
            } catch let error as DatabaseError where error.kind == .duplicateKey {
                throw StoreError(.alreadyExists, "account \(address)")
            }
        }
    }

    /// Gives the account a new password. Logins that were remembered with the old one end.
    package func setPassword(_ address: EmailAddress, password: [UInt8]) async throws(StoreError) {
        let hash = try await passwords.hash(password)
        let verifier = try await passwords.scramVerifier(password)?.text
        try await change(
            address, "password_hash = ?, scram_sha_256 = ?", [.text(hash), SQLValue(verifier)], endingSessions: true)
    }

    /// Lets the account log in and receive, or stops it; its mail stays.
    package func setActive(_ address: EmailAddress, _ isActive: Bool) async throws(StoreError) {
        try await change(address, "is_active = ?", [.int(isActive ? 1 : 0)], endingSessions: !isActive)
    }

    /// Removes the account and the aliases that lead to it. Its mail rests until the collector takes it; its name is
    /// free at once.
    ///
    /// - Parameter expected: the account that is meant; nil for whichever has the address.
    /// - Throws: `StoreError` notFound, also when another account has the address by now.
    package func remove(_ address: EmailAddress, _ expected: AccountID? = nil) async throws(StoreError) {
        try await mapped {
            try await database.transaction { connection in
                let id = try connection.account(address).id
                guard expected == nil || expected == id else { throw StoreError(.notFound, "account \(address)") }
                let account = id.rawValue
                _ = try connection.commit(
                    after: """
                        DELETE FROM aliases WHERE account_id = \(account);\(MailboxGrants.forget(id));\
                        \(AccountUsage.leaveDomain(id));\
                        UPDATE accounts SET live = NULL, deleted_at = UTC_TIMESTAMP(), is_active = 0 \
                        WHERE id = \(account) AND live = 1;\(SessionEnding.of(id))
                        """)
            }
        }
    }

    private func change(
        _ address: EmailAddress, _ assignments: String, _ values: [SQLValue], endingSessions: Bool
    ) async throws(StoreError) {
        try await mapped {
            try await database.transaction { connection in
                let account = try connection.account(address)
                _ = try connection.execute(
                    "UPDATE accounts SET \(assignments) WHERE id = ? AND live = 1",
                    values + [.uint(account.id.rawValue)])
                if endingSessions { _ = try connection.commit(after: SessionEnding.of(account.id)) }
            }
        }
    }
}

extension Connection {
    /// A living account by its address.
    func account(_ address: EmailAddress) throws -> Account {
        let rows = try query(
            "SELECT \(Account.columns) FROM accounts a WHERE a.username = ? AND a.live = 1",
            [.text(address.description)])
        guard let row = rows.first else { throw StoreError(.notFound, "account \(address)") }
        return try Account(row: row)
    }

    fileprivate func makeFolders(_ account: AccountID, _ folders: [(name: String, use: SpecialUse)], now: Int64) throws
    {
        var names = try LockedNames(account, now: now, on: self)
        _ = try names.create(.inbox, [], on: self)
        for folder in folders {
            _ = try names.create(try MailboxPath(folder.name), folder.use, on: self)
        }
        let rows: [SQLText] = names.mailboxes.keys.sorted().map { "(\(account.rawValue), \(hex: $0.bytes))" }
        _ = try script("INSERT INTO subscriptions (account_id, name) VALUES \(list: rows)")
    }
}
