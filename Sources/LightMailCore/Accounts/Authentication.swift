import MariaDBClient

extension Accounts {
    /// Checks a name and a password.
    ///
    /// A name that nobody has takes as long as a wrong password, so that names cannot be told by the clock.
    ///
    /// - Returns: the account; nil when the name or the password is wrong.
    /// - Throws: `StoreError` inactive, after the right password only; unavailable when MySQL or the verifiers are busy.
    package func authenticate(username: String, password: [UInt8]) async throws(StoreError) -> Account? {
        let found = try await credentials(username)
        let isRight = try await passwords.verify(password, against: found?.hash)
        guard isRight, let account = found?.account else { return nil }
        guard account.isActive, found?.isDomainActive == true else {
            throw StoreError(.inactive, "account \(account.id)")
        }
        return account
    }

    private func credentials(_ username: String) async throws(StoreError) -> (
        account: Account, hash: String, isDomainActive: Bool
    )? {
        guard let address = try? EmailAddress(username) else { return nil }
        return try await mapped {
            try await database.read { connection in
                let rows = try connection.query(
                    """
                    SELECT \(Account.columns), a.password_hash, d.is_active FROM accounts a \
                    JOIN domains d ON d.id = a.domain_id WHERE a.username = ? AND a.live = 1
                    """, [.text(address.description)])
                return try rows.first.map { (try Account(row: $0), try $0[7].string, try $0[8].bool) }
            }
        }
    }
}
