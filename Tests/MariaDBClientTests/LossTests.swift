// A server that goes away, comes back, stalls, or breaks off in the middle of an answer.

import Synchronization
import Testing

@testable import MariaDBClient

@Suite struct LossTests {
    /// A pool of one connection through a proxy.
    private func withProxy(
        readTimeout: Duration = .seconds(30), _ body: (ConnectionPool, TCPProxy) async throws -> Void
    ) async throws {
        let proxy = try TCPProxy(to: try TestServer.port)
        var configuration = try TestServer.configuration(port: proxy.port)
        configuration.readTimeout = readTimeout
        configuration.connectTimeout = readTimeout
        try await withPool(configuration) { try await body($0, proxy) }
    }

    private func one(_ pool: ConnectionPool) async throws -> Int64 {
        try await pool.read { try $0.query("SELECT 1")[0][0].int64 }
    }

    @Test func aServerThatComesBackIsUsedAgain() async throws {
        try await withProxy { pool, proxy async throws in
            #expect(try await one(pool) == 1)
            proxy.goDown()
            #expect(try await errorKind { try await one(pool) } == .unavailable)
            #expect(try await errorKind { try await pool.transaction { try $0.script("SELECT 1") } } == .unavailable)
            #expect(pool.statistics.open == 0)
            proxy.comeUp()
            #expect(try await one(pool) == 1)
            #expect(pool.statistics.connects == 2)
            #expect(pool.statistics.reconnects == 1)
            #expect(pool.statistics.connectFailures > 0)
        }
    }

    @Test func aReadIsReplayedOnce() async throws {
        try await withProxy { pool, proxy async throws in
            #expect(try await one(pool) == 1)
            let cuts = Atomic(0)
            proxy.setRule { bytes in
                guard case .cutAfter = TCPProxy.when("marker", .cutAfter)(bytes) else { return .pass }
                return cuts.add(1, ordering: .relaxed).oldValue == 0 ? .cutAfter : .pass
            }
            #expect(try await pool.read { try $0.script("SELECT 5 /*marker*/")[0].rows[0][0].int64 } == 5)
            #expect(pool.statistics.replays == 1)
            proxy.setRule(TCPProxy.when("marker", .cutBefore))
            #expect(
                try await errorKind { try await pool.read { try $0.script("SELECT 5 /*marker*/") } } == .unavailable)
            #expect(pool.statistics.replays == 2)
        }
    }

    @Test(arguments: [1, 5, 30, 60])
    func aTruncatedAnswerIsALoss(bytes: Int) async throws {
        try await withProxy { pool, proxy in
            #expect(try await one(pool) == 1)
            proxy.setRule(TCPProxy.when("marker", .truncate(bytes)))
            let kind = try await errorKind {
                try await pool.read { try $0.script("SELECT 'some bytes', 2, 3 /*marker*/") }
            }
            #expect(kind == .unavailable)
            proxy.setRule { _ in .pass }
            #expect(try await one(pool) == 1)
        }
    }

    /// Rows of a prepared statement break off: half a result is no result.
    @Test func aTruncatedResultIsALoss() async throws {
        try await withProxy { pool, proxy async throws in
            let load = { @Sendable in
                try await pool.read { connection in
                    let values: [UInt64] = try connection.columns(
                        "SELECT seq FROM seq_1_to_100000 WHERE seq > ?", [.text("marker")], UInt64.self)
                    return values.count
                }
            }
            let rows = { @Sendable in
                try await pool.read {
                    try $0.query("SELECT seq FROM seq_1_to_100000 WHERE seq > ?", [.text("marker")]).count
                }
            }
            #expect(try await load() == 100_000)
            proxy.setRule(TCPProxy.when("marker", .truncate(20_000)))
            #expect(try await errorKind { try await load() } == .unavailable)
            #expect(try await errorKind { try await rows() } == .unavailable)
            proxy.setRule { _ in .pass }
            #expect(try await rows() == 100_000)
        }
    }

    @Test func aStalledAnswerTimesOutAndIsNotAskedForAgain() async throws {
        try await withProxy(readTimeout: .seconds(1)) { pool, proxy async throws in
            #expect(try await one(pool) == 1)
            proxy.setRule(TCPProxy.when("marker", .stall))
            #expect(
                try await errorKind { try await pool.read { try $0.script("SELECT 5 /*marker*/") } } == .unavailable)
            #expect(pool.statistics.replays == 0)
            #expect(pool.statistics.lostConnections == 1)
            proxy.setRule { _ in .pass }
            #expect(try await one(pool) == 1)
        }
    }

    @Test func aStalledHandshakeTimesOut() async throws {
        try await withProxy(readTimeout: .seconds(1)) { pool, proxy async throws in
            proxy.setRule { _ in .stall }
            #expect(try await errorKind { try await one(pool) } == .unavailable)
            proxy.setRule { _ in .pass }
            #expect(try await one(pool) == 1)
        }
    }

    @Test(arguments: [true, false])
    func aLossDuringCommitLeavesTheOutcomeUnknown(isMerged: Bool) async throws {
        try await withTable("id INT PRIMARY KEY") { direct, table in
            try await withProxy { pool, proxy in
                let insert = { @Sendable (id: Int64) in
                    try await pool.transaction { connection in
                        if isMerged {
                            _ = try connection.commit(after: "INSERT INTO t_\(table) VALUES (\(id))")
                        } else {
                            _ = try connection.execute("INSERT INTO t_\(table) VALUES (?)", [.int(id)])
                        }
                    }
                }
                #expect(try await one(pool) == 1)
                proxy.setRule(TCPProxy.when("COMMIT", .cutAfter))
                #expect(try await errorKind { try await insert(1) } == .outcomeUnknown)
                proxy.setRule { _ in .pass }
                #expect(try await one(pool) == 1)
                proxy.setRule(TCPProxy.when("COMMIT", .cutBefore))
                #expect(try await errorKind { try await insert(2) } == .outcomeUnknown)
                proxy.setRule { _ in .pass }
                try await insert(3)
                #expect(pool.statistics.replays == 0)
                let ids = try await direct.read { try $0.query("SELECT id FROM t_\(table)").map { try $0[0].int64 } }
                #expect(ids == [1, 3])
            }
        }
    }

    @Test func aLossBeforeCommitIsReplayed() async throws {
        try await withTable("id INT PRIMARY KEY") { direct, table in
            try await withProxy { pool, proxy in
                let runs = Atomic(0)
                try await pool.transaction { connection in
                    let run = runs.add(1, ordering: .relaxed).newValue
                    _ = try connection.script("INSERT INTO t_\(table) VALUES (1)")
                    if run == 1 { proxy.cutAll() }
                    _ = try connection.script("INSERT INTO t_\(table) VALUES (2)")
                }
                let ran = runs.load(ordering: .relaxed)
                #expect(ran == 2)
                let ids = try await direct.read { try $0.query("SELECT id FROM t_\(table)").map { try $0[0].int64 } }
                #expect(ids == [1, 2])
            }
        }
    }

    /// A connection the server closed while it was idle is replaced before it is used: nothing fails, nothing is replayed.
    @Test func aConnectionThatDiedWhileIdleIsNotUsed() async throws {
        try await withPool(try TestServer.configuration()) { pool in
            let id = try await pool.read { try $0.query("SELECT CONNECTION_ID()")[0][0].uint64 }
            try await withPool(try TestServer.configuration()) { other in
                _ = try await other.read { try $0.script("KILL \(id)") }
                // The server is done with the connection when its list no longer has it.
                var isThere = true
                while isThere {
                    isThere = try await other.read { connection in
                        try !connection.query(
                            "SELECT 1 FROM information_schema.PROCESSLIST WHERE ID = ?", [.uint(id)]
                        ).isEmpty
                    }
                }
            }
            let before = pool.statistics.roundTrips
            try await pool.transaction { _ = try $0.commit(after: "SELECT 1") }
            #expect(pool.statistics.roundTrips - before == 1)
            #expect(pool.statistics.replays == 0)
            #expect(pool.statistics.reconnects == 1)
        }
    }

    @Test func anIdleConnectionIsPinged() async throws {
        var configuration = try TestServer.configuration()
        configuration.healthCheckInterval = .zero
        try await withPool(configuration) { pool async throws in
            #expect(try await one(pool) == 1)
            let before = pool.statistics.roundTrips
            #expect(try await one(pool) == 1)
            #expect(pool.statistics.roundTrips - before == 2)
        }
    }
}
