import MariaDBClient

/// One step of the schema, as it stands in sql/migrations.
package struct Migration: Sendable {
    package let version: Int
    package let name: String
    let statements: SQLText
}

/// Brings the schema forward, one process at a time.
package struct Migrator: Sendable {
    let database: ConnectionPool

    package init(_ database: ConnectionPool) {
        self.database = database
    }

    /// The version of the schema that this program was built for.
    package static var newest: Int { Migration.all.last?.version ?? 0 }

    /// The version that the database has; 0 when it is empty.
    package func version() async throws(StoreError) -> Int {
        try await mapped { try await database.read { try $0.schemaVersion() } }
    }

    /// A server may have several databases; a name of a lock has at most 64 characters.
    private static let lock: SQLText = "LEFT(CONCAT('lightmail-migrate:', DATABASE()), 64)"

    /// Applies what is missing, in order, under a lock that one process in the system can hold for a database.
    ///
    /// MySQL commits each statement of a schema change by itself: a step that fails in its middle leaves what it did,
    /// and the error names the step.
    /// - Returns: the steps that were applied.
    /// - Throws: `StoreError` conflict when another process migrates or the schema is newer than this program.
    @discardableResult
    package func migrate() async throws(StoreError) -> [Migration] {
        try await mapped {
            try await database.read { connection in
                let lock = try connection.script("SELECT GET_LOCK(\(Self.lock), 60)")
                guard try lock[0].rows.first?[0].optional?.uint64 == 1 else {
                    throw StoreError(.conflict("another process is migrating"))
                }
                defer { _ = try? connection.script("SELECT RELEASE_LOCK(\(Self.lock))") }
                return try connection.migrate()
            }
        }
    }
}

extension Connection {
    fileprivate func schemaVersion() throws -> Int {
        let table = try script(
            """
            SELECT COUNT(*) FROM information_schema.tables \
            WHERE table_schema = DATABASE() AND table_name = 'schema_migrations'
            """)
        guard try table[0].rows[0][0].uint64 == 1 else { return 0 }
        return Int(try script("SELECT COALESCE(MAX(version), 0) FROM schema_migrations")[0].rows[0][0].uint64)
    }

    fileprivate func migrate() throws -> [Migration] {
        let version = try schemaVersion()
        guard version <= Migrator.newest else {
            throw StoreError(
                .conflict("the schema has version \(version), this program knows up to \(Migrator.newest)"))
        }
        _ = try script(
            """
            CREATE TABLE IF NOT EXISTS schema_migrations (version INT UNSIGNED NOT NULL PRIMARY KEY, \
            name VARCHAR(64) NOT NULL, applied_at DATETIME NOT NULL) \
            ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
            """)
        let missing = Migration.all.filter { $0.version > version }
        for migration in missing {
            do {
                _ = try script(
                    """
                    \(migration.statements);INSERT INTO schema_migrations (version, name, applied_at) \
                    VALUES (\(migration.version), \(hex: migration.name.utf8), UTC_TIMESTAMP())
                    """)
            } catch {
                throw StoreError(.internal, "migration \(migration.version) \(migration.name): \(error)")
            }
        }
        return missing
    }
}
