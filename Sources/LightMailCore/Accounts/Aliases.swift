import MariaDBClient

extension Accounts {
    /// Makes `address` lead to an account. An address may lead to several.
    ///
    /// - Parameter address: an address, or `@domain` for all that the domain has no account or alias for.
    /// - Returns: the alias's number.
    /// - Throws: `StoreError` notFound for the domain or the target, alreadyExists.
    @discardableResult
    package func addAlias(_ address: String, to target: EmailAddress) async throws(StoreError) -> UInt64 {
        let (text, domain) = try Self.aliasAddress(address)
        return try await mapped {
            do {
                return try await database.transaction { connection in
                    guard try !connection.query("SELECT id FROM domains WHERE name = ?", [.text(domain)]).isEmpty else {
                        throw StoreError(.notFound, "domain \(domain)")
                    }
                    let account = try connection.account(target)
                    return try connection.execute(
                        "INSERT INTO aliases (address, account_id, created_at) VALUES (?, ?, UTC_TIMESTAMP())",
                        [.text(text), .uint(account.id.rawValue)]
                    ).lastInsertID
                }
            } catch let error as DatabaseError where error.kind == .duplicateKey {
                throw StoreError(.alreadyExists, "alias \(text) to \(target)")
            }
        }
    }

    /// All aliases, by address.
    package func aliases() async throws(StoreError) -> [Alias] {
        try await mapped {
            try await database.read { connection in
                try connection.query(
                    """
                    SELECT l.address, a.username FROM aliases l JOIN accounts a ON a.id = l.account_id \
                    ORDER BY l.address, a.username
                    """
                ).map { Alias(address: try $0[0].string, target: try $0[1].string) }
            }
        }
    }

    /// Removes an alias, to one account or to all that it leads to.
    ///
    /// - Throws: `StoreError` notFound.
    package func removeAlias(_ address: String, to target: EmailAddress? = nil) async throws(StoreError) {
        let (text, _) = try Self.aliasAddress(address)
        try await mapped {
            try await database.transaction { connection in
                let result = try connection.execute(
                    """
                    DELETE FROM aliases WHERE address = ? AND (? IS NULL OR account_id IN \
                    (SELECT id FROM accounts WHERE username = ? AND live = 1))
                    """, [.text(text), SQLValue(target?.description), SQLValue(target?.description)])
                guard result.affectedRows > 0 else { throw StoreError(.notFound, "alias \(text)") }
            }
        }
    }

    private static func aliasAddress(_ text: String) throws(StoreError) -> (address: String, domain: String) {
        if text.hasPrefix("@") {
            let domain = try DomainName(String(text.dropFirst()))
            return ("@\(domain)", domain.description)
        }
        let address = try EmailAddress(text)
        return (address.description, address.domain)
    }
}
