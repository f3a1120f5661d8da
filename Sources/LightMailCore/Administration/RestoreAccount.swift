import MariaDBClient

extension Administration {
    /// Brings back an account that was removed, with its mailboxes and its password. The aliases that led to it are gone.
    /// Its domain's quota does not keep it out: what is above a limit stays, and only more is refused.
    ///
    /// - Parameter retention: seconds; what was removed longer ago belongs to the collector, which may have begun with it.
    /// - Throws: `StoreError` notFound, alreadyExists when its name has been given away, conflict when it is not removed
    ///   or removed too long ago.
    package func restoreAccount(_ id: AccountID, retention: Int64) async throws(StoreError) -> AccountRecord {
        try await mapped {
            do {
                return try await database.transaction { connection in
                    let rows = try connection.script(
                        """
                        SELECT live, deleted_at > UTC_TIMESTAMP() - INTERVAL \(retention) SECOND FROM accounts \
                        WHERE id = \(id.rawValue) FOR UPDATE
                        """)[0].rows
                    guard let row = rows.first else { throw StoreError(.notFound, "account \(id)") }
                    guard row[0].isNull else { throw StoreError(.conflict("the account is not removed")) }
                    guard try row[1].bool else {
                        throw StoreError(.conflict("the account was removed longer ago than the retention"))
                    }
                    _ = try connection.script(
                        """
                        UPDATE accounts SET live = 1, deleted_at = NULL, is_active = 1 WHERE id = \(id.rawValue);\
                        \(AccountUsage.joinDomain(id))
                        """)
                    let restored = try connection.query(
                        "SELECT \(AccountRecord.columns) FROM accounts a WHERE a.id = ?", [.uint(id.rawValue)])
                    guard let row = restored.first else { throw StoreError(.notFound, "account \(id)") }
                    return try AccountRecord(row: row)
                }
            } catch let error as DatabaseError where error.kind == .duplicateKey {
                throw StoreError(.alreadyExists, "an account with that name")
            }
        }
    }
}
