// Transactions: what they cost, what undoes them, and what is run again.

import Synchronization
import Testing

@testable import MariaDBClient

@Suite struct TransactionTests {
    private static let columns: SQLText = "id INT PRIMARY KEY, v INT NOT NULL DEFAULT 0, UNIQUE KEY by_v (v)"

    private func ids(_ pool: ConnectionPool, _ table: UInt32) async throws -> [Int64] {
        try await pool.read { try $0.query("SELECT id FROM t_\(table) ORDER BY id").map { try $0[0].int64 } }
    }

    /// Round trips of `body`, run twice: the second time every statement is in the cache.
    private func trips(
        _ pool: ConnectionPool, _ body: @escaping @Sendable (Connection) throws -> Void
    ) async throws -> UInt64 {
        try await pool.transaction(body)
        let before = pool.statistics.roundTrips
        try await pool.transaction(body)
        return pool.statistics.roundTrips - before
    }

    @Test func roundTripsAreCounted() async throws {
        try await withTable(Self.columns) { pool, table in
            #expect(try await trips(pool) { _ in } == 0)
            #expect(try await trips(pool) { _ = try $0.script("SELECT 1; SELECT 2") } == 2)
            #expect(try await trips(pool) { _ = try $0.query("SELECT 1") } == 3)
            #expect(try await trips(pool) { _ = try $0.commit(after: "DELETE FROM t_\(table)") } == 1)
            #expect(try await trips(pool) { _ = try $0.commit(after: "") } == 0)
            #expect(
                try await trips(pool) { connection in
                    _ = try connection.script("SELECT 1")
                    _ = try connection.commit(after: "DELETE FROM t_\(table)")
                } == 2)
            #expect(
                try await trips(pool) { connection in
                    _ = try connection.script("SELECT 1")
                    _ = try connection.commit(after: "")
                } == 2)
            let before = pool.statistics.roundTrips
            _ = try await pool.read { try $0.query("SELECT 77") }
            #expect(pool.statistics.roundTrips - before == 2)
            _ = try await pool.read { try $0.query("SELECT 77") }
            #expect(pool.statistics.roundTrips - before == 3)
            #expect(pool.statistics.connects == 1)
        }
    }

    @Test func theServerCountsTheSame() async throws {
        try await withPool(try TestServer.configuration()) { pool in
            let sent = { @Sendable in
                try await pool.read { connection in
                    try connection.script(
                        """
                        SELECT SUM(VARIABLE_VALUE) FROM information_schema.SESSION_STATUS WHERE VARIABLE_NAME IN
                        ('COM_STMT_PREPARE', 'COM_STMT_EXECUTE', 'COM_SELECT', 'COM_BEGIN', 'COM_COMMIT', 'COM_STMT_RESET')
                        """)[0].rows[0][0].string
                }
            }
            _ = try await sent()
            let before = (try #require(Double(try await sent())), pool.statistics)
            try await pool.transaction { connection in
                _ = try connection.query("SELECT ?", [1])
                _ = try connection.query("SELECT ?", [.text("two")])
            }
            // One COM_SELECT is the question itself; each execution counts as COM_STMT_EXECUTE and as COM_SELECT.
            let after = (try #require(Double(try await sent())), pool.statistics)
            #expect(after.0 - before.0 == 1 + 1 + 2 * 2 + 2)
            #expect(after.1.roundTrips - before.1.roundTrips == 1 + 1 + 2 + 2)
            #expect(after.1.queries - before.1.queries == 5)
            #expect(after.1.prepares - before.1.prepares == 1)
        }
    }

    @Test func aThrowingBodyIsRolledBack() async throws {
        struct Changed: Error {}
        try await withTable(Self.columns) { pool, table in
            await #expect(throws: Changed.self) {
                try await pool.transaction { connection in
                    _ = try connection.execute("INSERT INTO t_\(table) VALUES (1, 1)")
                    throw Changed()
                }
            }
            #expect(try await ids(pool, table) == [])
            try await pool.transaction { _ = try $0.execute("INSERT INTO t_\(table) VALUES (2, 2)") }
            #expect(try await ids(pool, table) == [2])
        }
    }

    @Test func commitAfterScriptCommits() async throws {
        try await withTable(Self.columns) { pool, table in
            let results = try await pool.transaction { connection in
                try connection.commit(
                    after: "INSERT INTO t_\(table) VALUES (1, 1); SELECT id FROM t_\(table) -- the last line")
            }
            #expect(results.count == 2)
            #expect(try results[1].rows[0][0].int64 == 1)
            try await pool.transaction { connection in
                _ = try connection.script("INSERT INTO t_\(table) VALUES (2, 2)")
                _ = try connection.commit(after: "INSERT INTO t_\(table) VALUES (3, 3);\n")
            }
            #expect(try await ids(pool, table) == [1, 2, 3])
        }
    }

    @Test func aFailedStatementKeepsCommitFromHappening() async throws {
        try await withTable(Self.columns) { pool, table in
            try await pool.transaction { _ = try $0.script("INSERT INTO t_\(table) VALUES (1, 1)") }
            for isFirst in [true, false] {
                let kind = try await errorKind {
                    try await pool.transaction { connection in
                        if !isFirst { _ = try connection.script("INSERT INTO t_\(table) VALUES (7, 7)") }
                        return try connection.commit(
                            after: """
                                INSERT INTO t_\(table) VALUES (2, 2); INSERT INTO t_\(table) VALUES (1, 9);
                                INSERT INTO t_\(table) VALUES (3, 3)
                                """)
                    }
                }
                #expect(kind == .duplicateKey)
                #expect(try await ids(pool, table) == [1])
            }
            #expect(pool.statistics.connects == 1)
        }
    }

    @Test func nothingFollowsACommit() async throws {
        try await withTable(Self.columns) { pool, table in
            let kind = try await errorKind {
                try await pool.transaction { connection in
                    _ = try connection.commit(after: "INSERT INTO t_\(table) VALUES (1, 1)")
                    _ = try connection.execute("INSERT INTO t_\(table) VALUES (2, 2)")
                }
            }
            #expect(kind == .query)
            #expect(try await ids(pool, table) == [1])
            #expect(try await errorKind { try await pool.read { try $0.commit(after: "SELECT 1") } } == .query)
        }
    }

    @Test func aTransactionLeftOpenIsRolledBack() async throws {
        try await withTable(Self.columns) { pool, table in
            _ = try await pool.read { try $0.script("START TRANSACTION; INSERT INTO t_\(table) VALUES (1, 1)") }
            #expect(try await ids(pool, table) == [])
        }
    }

    /// Two transactions take two rows in opposite order; the server picks one as the victim, which is run again.
    @Test func aDeadlockIsReplayed() async throws {
        var configuration = try TestServer.configuration()
        configuration.poolSize = 2
        try await withTable("id INT PRIMARY KEY, v INT NOT NULL", configuration) { pool, table in
            _ = try await pool.read { try $0.script("INSERT INTO t_\(table) VALUES (1, 0), (2, 0)") }
            let meeting = Meeting()
            let runs = Atomic(0)
            let add = { @Sendable (first: Int64, second: Int64) in
                try await pool.transaction { connection in
                    runs.add(1, ordering: .relaxed)
                    _ = try connection.execute("UPDATE t_\(table) SET v = v + 1 WHERE id = ?", [.int(first)])
                    meeting.meet()
                    _ = try connection.execute("UPDATE t_\(table) SET v = v + 1 WHERE id = ?", [.int(second)])
                }
            }
            async let one: Void = add(1, 2)
            async let other: Void = add(2, 1)
            _ = try await (one, other)
            #expect(try await pool.read { try $0.query("SELECT SUM(v) FROM t_\(table)")[0][0].int64 } == 4)
            let ran = runs.load(ordering: .relaxed)
            #expect(ran == 3)
            #expect(pool.statistics.replays == 1)
            #expect(pool.statistics.lockConflicts == 1)
        }
    }

    /// Whatever a body makes of a deadlock's error, what it did before is gone, so it must not commit.
    @Test func aSwallowedDeadlockDoesNotCommit() async throws {
        struct Wrapped: Error {}
        var configuration = try TestServer.configuration()
        configuration.poolSize = 2
        try await withTable("id INT PRIMARY KEY, v INT NOT NULL", configuration) { pool, table in
            _ = try await pool.read { try $0.script("INSERT INTO t_\(table) VALUES (1, 0), (2, 0)") }
            let meeting = Meeting()
            let add = { @Sendable (first: Int64, second: Int64, wraps: Bool) in
                try await pool.transaction { connection in
                    _ = try connection.execute("UPDATE t_\(table) SET v = v + 1 WHERE id = ?", [.int(first)])
                    meeting.meet()
                    do {
                        _ = try connection.execute("UPDATE t_\(table) SET v = v + 1 WHERE id = ?", [.int(second)])
                    } catch {
                        if wraps { throw Wrapped() }
                    }
                }
            }
            async let one: Void = add(1, 2, true)
            async let other: Void = add(2, 1, false)
            _ = try await (one, other)
            #expect(try await pool.read { try $0.query("SELECT SUM(v) FROM t_\(table)")[0][0].int64 } == 4)
            #expect(pool.statistics.replays == 1)
        }
    }

    @Test func aLockThatIsNotGrantedTimesOut() async throws {
        var configuration = try TestServer.configuration()
        configuration.poolSize = 2
        configuration.lockWaitTimeout = .seconds(1)
        try await withTable("id INT PRIMARY KEY, v INT NOT NULL", configuration) { pool, table in
            _ = try await pool.read { try $0.script("INSERT INTO t_\(table) VALUES (1, 0)") }
            let (isHeld, mayEnd) = (Gate(), Gate())
            async let holder: Void = pool.transaction { connection in
                _ = try connection.execute("UPDATE t_\(table) SET v = 1 WHERE id = 1")
                isHeld.open()
                mayEnd.wait()
            }
            let kind = try await errorKind {
                try await pool.transaction { connection in
                    isHeld.wait()
                    isHeld.open()
                    return try connection.execute("UPDATE t_\(table) SET v = 2 WHERE id = 1")
                }
            }
            mayEnd.open()
            try await holder
            #expect(kind == .lockTimeout)
            #expect(pool.statistics.replays == 1)
            #expect(pool.statistics.lockConflicts == 2)
            #expect(try await pool.read { try $0.query("SELECT v FROM t_\(table)")[0][0].int64 } == 1)
        }
    }

    @Test func refusedRowsAreToldApart() async throws {
        try await withTable("id INT PRIMARY KEY, v VARCHAR(3) NOT NULL, CHECK (id < 100)") { pool, table async throws in
            let insert = { @Sendable (id: Int64, v: SQLValue) in
                try await errorKind {
                    try await pool.read { try $0.execute("INSERT INTO t_\(table) VALUES (?, ?)", [.int(id), v]) }
                }
            }
            #expect(try await insert(1, "a") == nil)
            #expect(try await insert(1, "a") == .duplicateKey)
            #expect(try await insert(2, nil) == .constraint)
            #expect(try await insert(3, "long") == .constraint)
            #expect(try await insert(400, "a") == .constraint)
            #expect(try await errorKind { try await pool.read { try $0.query("SELEC") } } == .query)
            #expect(pool.statistics.connects == 1)
        }
    }

    @Test func valuesStayOutOfErrors() async throws {
        try await withTable("v VARCHAR(60) PRIMARY KEY, n INT") { pool, table in
            let secret = "it's secret' for key 'x"
            for parameters: [SQLValue] in [[.text(secret), 1], [.text(secret), 1], ["b", .text(secret)]] {
                do {
                    _ = try await pool.read { try $0.execute("INSERT INTO t_\(table) VALUES (?, ?)", parameters) }
                } catch {
                    #expect(!"\(error)".contains("secret"), "\(error)")
                }
            }
            do {
                _ = try await pool.read { try $0.query("SELECT FROM secret") }
            } catch {
                #expect(!"\(error)".contains("secret"), "\(error)")
            }
        }
    }
}
