// The schema: applied once however many apply it, refused when it is newer, and the same by sql/schema.sql.

import Foundation
import MariaDBClient
import Testing

@testable import LightMailCore

@Suite(.timeLimit(.minutes(3))) struct MigratorTests {
    @Test func migratingAgainDoesNothing() async throws {
        try await StoreBench.run { bench in
            let migrator = Migrator(bench.store.database)
            let version = try await migrator.version()
            let applied = try await migrator.migrate()
            #expect(version == Migrator.newest && applied.isEmpty)
        }
    }

    @Test func twoProcessesApplyEachStepOnce() async throws {
        try await StoreBench.run { bench in
            try await bench.empty()
            let applied = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<4 {
                    group.addTask { try await Migrator(bench.store.database).migrate().count }
                }
                return try await group.reduce(0, +)
            }
            #expect(applied == Migration.all.count)
        }
    }

    @Test func aNewerSchemaIsRefused() async throws {
        try await StoreBench.run { bench in
            try await bench.run(
                """
                INSERT INTO schema_migrations (version, name, applied_at) \
                VALUES (\(Migrator.newest + 1), 'later', UTC_TIMESTAMP())
                """)
            do {
                try await Migrator(bench.store.database).migrate()
                Issue.record("an older program touched a newer schema")
            } catch let error as StoreError {
                guard case .conflict = error.kind else { throw error }
            }
        }
    }

    /// `mysql < sql/schema.sql`, as the client of the server runs it.
    @Test func schemaFileMakesTheSameTables() async throws {
        try await StoreBench.run { bench in
            let migrated = try await bench.description()
            try await bench.empty()
            try await bench.loadSchemaFile()
            #expect(try await bench.description() == migrated)
            #expect(try await Migrator(bench.store.database).migrate().isEmpty)
            let seeded = try await bench.store.accounts.find(try EmailAddress("user@example.com"))
            #expect(seeded.isActive)
            #expect(try await bench.inbox(seeded).messages == 0)
            #expect(try await bench.findings() == [:])
        }
    }
}

extension StoreBench {
    /// An empty database of the same name.
    fileprivate func empty() async throws {
        try await run("DROP DATABASE \(name);CREATE DATABASE \(name);USE \(name)")
    }

    /// Every column, key and reference as the server describes it.
    fileprivate func description() async throws -> [[String]] {
        try await store.database.read { connection in
            try connection.script(
                """
                SELECT CONCAT_WS(' ', table_name, column_name, ordinal_position, column_type, is_nullable, \
                column_default, extra, collation_name) FROM information_schema.columns \
                WHERE table_schema = DATABASE() ORDER BY 1;\
                SELECT CONCAT_WS(' ', table_name, index_name, non_unique, seq_in_index, column_name) \
                FROM information_schema.statistics WHERE table_schema = DATABASE() ORDER BY 1;\
                SELECT CONCAT_WS(' ', table_name, constraint_name, column_name, referenced_table_name, \
                referenced_column_name) FROM information_schema.key_column_usage \
                WHERE table_schema = DATABASE() ORDER BY 1
                """
            ).map { result in try result.rows.map { String(decoding: try $0[0].bytes, as: UTF8.self) } }
        }
    }

    /// `mariadb <sql/schema.sql`, into the database of the test.
    fileprivate func loadSchemaFile() async throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../sql/schema.sql")
        let schema = try String(contentsOf: file, encoding: .utf8).replacing("maildb", with: name.text)
        let configuration = store.database.configuration
        let client = Process()
        client.executableURL = URL(filePath: "/usr/bin/env")
        client.arguments = [
            "mariadb", "--no-defaults", "--socket=\(configuration.socket ?? "")", "--user=\(configuration.user)",
        ]
        client.environment = ProcessInfo.processInfo.environment.merging(["MYSQL_PWD": configuration.password]) { $1 }
        let input = Pipe()
        client.standardInput = input
        try client.run()
        try input.fileHandleForWriting.write(contentsOf: Data(schema.utf8))
        try input.fileHandleForWriting.close()
        client.waitUntilExit()
        #expect(client.terminationStatus == 0)
    }
}
