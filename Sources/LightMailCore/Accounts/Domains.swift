import MariaDBClient

extension Accounts {
    /// Makes a domain.
    ///
    /// - Throws: `StoreError` alreadyExists.
    package func addDomain(_ name: DomainName) async throws(StoreError) {
        try await mapped {
            do {
                try await database.transaction { connection in
                    _ = try connection.execute(
                        "INSERT INTO domains (name, created_at) VALUES (?, UTC_TIMESTAMP())", [.text(name.description)])
                }
            } catch let error as DatabaseError where error.kind == .duplicateKey {
                throw StoreError(.alreadyExists, "domain \(name)")
            }
        }
    }

    /// Whether mail for a domain is kept here.
    package func hasDomain(_ name: DomainName) async throws(StoreError) -> Bool {
        try await mapped {
            try await database.read { connection in
                try !connection.query("SELECT id FROM domains WHERE name = ?", [.text(name.description)]).isEmpty
            }
        }
    }

    /// All domains, by name.
    package func domains() async throws(StoreError) -> [Domain] {
        try await mapped {
            try await database.read { connection in
                try connection.query(
                    """
                    SELECT d.id, d.name, d.is_active, COUNT(a.id) FROM domains d \
                    LEFT JOIN accounts a ON a.domain_id = d.id AND a.live = 1 GROUP BY d.id, d.name, d.is_active \
                    ORDER BY d.name
                    """
                ).map { row in
                    Domain(
                        id: try row[0].uint64, name: try row[1].string, isActive: try row[2].bool,
                        accounts: Int(try row[3].int64))
                }
            }
        }
    }

    /// Removes a domain that has no account any more, the collected ones included.
    ///
    /// - Throws: `StoreError` notFound, conflict when accounts are left.
    package func removeDomain(_ name: DomainName) async throws(StoreError) {
        try await mapped {
            try await database.transaction { connection in
                let rows = try connection.query(
                    """
                    SELECT d.id, COUNT(a.id), COALESCE(SUM(a.live = 1), 0) FROM domains d \
                    LEFT JOIN accounts a ON a.domain_id = d.id WHERE d.name = ? GROUP BY d.id
                    """, [.text(name.description)])
                guard let row = rows.first else { throw StoreError(.notFound, "domain \(name)") }
                guard try row[1].uint64 == 0 else {
                    throw StoreError(
                        .conflict(
                            try row[2].uint64 > 0
                                ? "the domain still has accounts" : "removed accounts of the domain are still retained")
                    )
                }
                _ = try connection.execute("DELETE FROM domains WHERE id = ?", [.uint(try row[0].uint64)])
            }
        }
    }
}
