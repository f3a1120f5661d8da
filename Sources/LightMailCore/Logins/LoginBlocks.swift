import MariaDBClient

/// A network, an account, or an account in one network, and what failed there.
package struct LoginBlock: Sendable, Hashable {
    /// The name as it was claimed, which may be nobody's; nil for a network.
    package let account: String?
    /// Nil for an account in all networks that its owner is not known in.
    package let network: String?
    /// Failures that are not forgotten yet.
    package let failures: Int
    /// Seconds for which it is blocked still; 0 when it is not.
    package let seconds: Int
}

extension Accounts {
    /// What is blocked now, the longest first; at most 10,000.
    ///
    /// - Parameter all: also what has failed and is not blocked.
    package func loginBlocks(all: Bool = false) async throws(StoreError) -> [LoginBlock] {
        let halfLife = rules.current.halfLife.components.seconds
        return try await mapped {
            try await database.read { connection in
                try connection.query(
                    """
                    SELECT account, network, CAST(ROUND(failures * POW(0.5, \
                    TIMESTAMPDIFF(SECOND, seen_at, UTC_TIMESTAMP()) / ?)) AS SIGNED) AS faded, \
                    GREATEST(0, COALESCE(TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(), blocked_until), 0)) AS rest \
                    FROM login_records WHERE blocked_until > UTC_TIMESTAMP() OR (? AND failures > 0) \
                    HAVING rest > 0 OR faded > 0 ORDER BY rest DESC, account, network LIMIT 10000
                    """, [.int(halfLife), .int(all ? 1 : 0)]
                ).map { row in
                    let (account, network) = (try row[0].string, try row[1].string)
                    return LoginBlock(
                        account: account.isEmpty ? nil : account, network: network.isEmpty ? nil : network,
                        failures: Int(try row[2].int64), seconds: Int(try row[3].int64))
                }
            }
        }
    }

    /// Forgets the failures of an account, there and in each network, or those of a network.
    ///
    /// - Parameter subject: an address, or a network as ``loginBlocks(all:)`` names it.
    /// - Throws: `StoreError` notFound when nothing has failed there.
    package func unblock(_ subject: String) async throws(StoreError) {
        // Networks are ASCII, and so is their column: MySQL compares it with nothing else.
        let network = subject.utf8.allSatisfy { $0 < 0x80 } ? subject : ""
        let changed = try await mapped {
            try await database.transaction { connection in
                let removed = try connection.execute(
                    """
                    DELETE FROM login_records WHERE proved_at IS NULL \
                    AND ((account = ? AND network = '') OR (account = '' AND network = ?))
                    """, [.text(subject.lowercased()), .text(network)])
                let cleared = try connection.execute(
                    """
                    UPDATE login_records SET failures = 0, blocked_until = NULL \
                    WHERE account = ? AND account <> '' AND failures > 0
                    """, [.text(subject.lowercased())])
                return removed.affectedRows + cleared.affectedRows
            }
        }
        guard changed > 0 else { throw StoreError(.notFound, "failed login of \(subject)") }
    }
}
