import MariaDBClient

extension Garbage {
    /// Deletes the mailboxes and calendars of accounts that were removed longer ago than the retention, which the next
    /// passes then collect, and removes accounts that have none left.
    func collectAccounts(_ report: inout GarbageReport) async throws(StoreError) {
        let doomed = try await mapped {
            try await database.read { [self] connection in
                try connection.script(
                    """
                    SELECT id FROM accounts WHERE live IS NULL AND \(isPastRetention) ORDER BY deleted_at \
                    LIMIT \(policy.batchSize)
                    """)[0].rows.map { try $0[0].uint64 }
            }
        }
        for account in doomed {
            let removal = AccountRemoval(account: account, isPastRetention: isPastRetention)
            let step = try await mapped {
                do {
                    return try await database.transaction(removal.run)
                } catch let error as DatabaseError where error.kind == .constraint {
                    // A session made a mailbox at the last moment; the next cycle takes it too.
                    return .deletedMailboxes
                }
            }
            report.accounts += step == .removed ? 1 : 0
            report.hasMore = report.hasMore || step == .deletedMailboxes
        }
        report.hasMore = report.hasMore || doomed.count == policy.batchSize
    }
}

/// A step of the removal of an account, within a transaction.
private struct AccountRemoval: Sendable {
    let account: UInt64
    let isPastRetention: SQLText

    /// Mailboxes deleted at once.
    private static let mailboxes = 1000

    enum Step: Sendable {
        /// There is nothing to do, or nothing before its mailboxes are collected.
        case none
        case deletedMailboxes
        case removed
    }

    func run(on connection: Connection) throws -> Step {
        // Mailboxes are locked before the account, as everywhere.
        let results = try connection.script(
            """
            SELECT id FROM mailboxes WHERE account_id = \(account) ORDER BY id LIMIT \(Self.mailboxes) FOR UPDATE;\
            SELECT id FROM calendars WHERE account_id = \(account) ORDER BY id LIMIT \(Self.mailboxes) FOR UPDATE;\
            SELECT deleted_at FROM accounts WHERE id = \(account) AND live IS NULL AND \(isPastRetention) FOR UPDATE
            """)
        guard !results[2].rows.isEmpty else { return .none }
        guard results[1].rows.isEmpty else {
            let done = try connection.commit(
                after: """
                    UPDATE calendars c JOIN accounts a ON a.id = c.account_id SET c.live = NULL, \
                    c.deleted_at = a.deleted_at WHERE c.account_id = \(account) AND c.deleted_at IS NULL
                    """)
            // The account goes when the next passes have taken them.
            return done[0].affectedRows > 0 ? .deletedMailboxes : .none
        }
        guard results[0].rows.isEmpty else {
            let mailboxes = try results[0].rows.map { try $0[0].uint64 }
            // Since when the account is: so the mailboxes are past the retention as well.
            let done = try connection.commit(
                after: """
                    INSERT INTO mailbox_changes (account_id, mailbox_id, modseq, kind, changed_at, name) \
                    SELECT account_id, id, highest_modseq, 'deleted', UTC_TIMESTAMP(), name FROM mailboxes \
                    WHERE id IN (\(list: mailboxes)) AND live = 1;\
                    UPDATE mailboxes m JOIN accounts a ON a.id = m.account_id SET m.live = NULL, \
                    m.deleted_at = a.deleted_at WHERE m.id IN (\(list: mailboxes)) AND m.deleted_at IS NULL
                    """)
            return done[1].affectedRows > 0 ? .deletedMailboxes : .none
        }
        let done = try connection.commit(
            after: """
                DELETE FROM aliases WHERE account_id = \(account);\
                DELETE FROM subscriptions WHERE account_id = \(account);\
                DELETE FROM account_metadata WHERE account_id = \(account);\
                DELETE FROM imported_messages WHERE account_id = \(account);\
                DELETE FROM accounts WHERE id = \(account)
                """)
        return done[4].affectedRows == 1 ? .removed : .none
    }
}
