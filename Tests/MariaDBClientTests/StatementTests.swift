// Prepared statements: kept, bounded, and prepared anew when a table has changed under them.

import Testing

@testable import MariaDBClient

@Suite struct StatementTests {
    private func sessionStatus(_ name: String, _ connection: Connection) throws -> UInt64 {
        let value = try connection.query(
            "SELECT VARIABLE_VALUE FROM information_schema.SESSION_STATUS WHERE VARIABLE_NAME = ?", [.text(name)])
        return try value[0][0].uint64
    }

    @Test func theStatementUnusedLongestMakesRoom() async throws {
        var configuration = try TestServer.configuration()
        configuration.statementCacheSize = 2
        try await withPool(configuration) { pool in
            let run = { @Sendable (sql: String) in
                let before = pool.statistics.prepares
                _ = try await pool.read { try $0.query(sql) }
                return pool.statistics.prepares - before
            }
            #expect(try await run("SELECT 1") == 1)
            #expect(try await run("SELECT 2") == 1)
            #expect(try await run("SELECT 1") == 0)
            #expect(try await run("SELECT 3") == 1)
            #expect(try await run("SELECT 1") == 0)
            #expect(try await run("SELECT 2") == 1)
            // 2 and 3 made room before, and 1 does for the question itself.
            let closed = try await pool.read { try sessionStatus("COM_STMT_CLOSE", $0) }
            #expect(closed == 3)
        }
    }

    @Test func anAlteredTableIsSeen() async throws {
        try await withTable("id INT, v INT") { pool, table in
            let read = { @Sendable in
                try await pool.read { try $0.query("SELECT * FROM t_\(table)") }
            }
            _ = try await pool.read { try $0.script("INSERT INTO t_\(table) VALUES (1, 2)") }
            #expect(try await read()[0].count == 2)
            _ = try await pool.read { try $0.script("ALTER TABLE t_\(table) MODIFY v VARCHAR(20), ADD w BLOB") }
            _ = try await pool.read { try $0.script("UPDATE t_\(table) SET v = 'abc', w = 'def'") }
            let row = try await read()[0]
            #expect(row.count == 3)
            #expect(try row[1].string == "abc")
            #expect(try row[2].string == "def")
            _ = try await pool.read { try $0.script("ALTER TABLE t_\(table) MODIFY v BLOB, DROP id") }
            #expect(try await read()[0].count == 2)
            _ = try await pool.read {
                try $0.script("ALTER TABLE t_\(table) MODIFY w VARCHAR(9), MODIFY v VARBINARY(9)")
            }
            #expect(try await read()[0][0].bytes == Array("abc".utf8))
            #expect(pool.statistics.lostConnections == 0)
        }
    }

    @Test func theSessionIsSetUp() async throws {
        var configuration = try TestServer.configuration()
        configuration.lockWaitTimeout = .milliseconds(2500)
        try await withPool(configuration) { pool in
            let row = try await pool.read { connection in
                try connection.query(
                    """
                    SELECT @@time_zone, @@character_set_client, @@character_set_results, @@tx_isolation,
                    @@innodb_lock_wait_timeout, @@sql_mode, @@autocommit
                    """)[0]
            }
            #expect(try row[0].string == "+00:00")
            #expect(try row[1].string == "utf8mb4")
            #expect(try row[2].string == "utf8mb4")
            #expect(try row[3].string == "READ-COMMITTED")
            #expect(try row[4].uint64 == 3)
            #expect(try row[5].string.contains("STRICT_TRANS_TABLES"))
            #expect(try row[6].uint64 == 1)
        }
    }
}
