import MariaDBClient

extension Mailboxes {
    /// Most subscriptions of an account.
    static let maximumSubscriptions = 10_000

    /// The names that the account has subscribed to, whether they exist or not (RFC 9051 6.3.7).
    package func subscriptions(_ account: AccountID) async throws(StoreError) -> [MailboxPath] {
        try await mapped {
            try await database.read { connection in
                try connection.script(
                    "SELECT HEX(name) FROM subscriptions WHERE account_id = \(account.rawValue) ORDER BY name"
                )[0].rows.map { MailboxPath(stored: try $0[0].hex) }
            }
        }
    }

    /// Adds a name to the subscriptions; one that is there already is no error.
    ///
    /// - Throws: `StoreError` limit.
    package func subscribe(_ account: AccountID, _ path: MailboxPath) async throws(StoreError) {
        try await mapped {
            try await database.transaction { connection in
                let count = try connection.script(
                    "SELECT COUNT(*) FROM subscriptions WHERE account_id = \(account.rawValue)")
                guard try count[0].rows[0][0].uint64 < Self.maximumSubscriptions else {
                    throw StoreError(.limit("the account has \(Self.maximumSubscriptions) subscriptions already"))
                }
                _ = try connection.commit(
                    after: """
                        INSERT IGNORE INTO subscriptions (account_id, name) VALUES \
                        (\(account.rawValue), \(hex: path.bytes));\
                        \(MailboxChange.insert(account, nil, "subscribed", name: path))
                        """)
            }
        }
    }

    /// Takes a name from the subscriptions; one that is not there is no error.
    package func unsubscribe(_ account: AccountID, _ path: MailboxPath) async throws(StoreError) {
        try await mapped {
            try await database.transaction { connection in
                _ = try connection.commit(
                    after: """
                        DELETE FROM subscriptions WHERE account_id = \(account.rawValue) AND name = \(hex: path.bytes);\
                        \(MailboxChange.insert(account, nil, "unsubscribed", name: path))
                        """)
            }
        }
    }
}
