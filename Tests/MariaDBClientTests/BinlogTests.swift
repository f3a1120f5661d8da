// The binary log of the real server: it rings for the table that is watched and for no other, finds back after a lost
// connection, and a user who may not read it does no harm.

import Logging
import Testing

@testable import MariaDBClient

@Suite(.timeLimit(.minutes(2))) struct BinlogTests {
    /// Follows `table`, and waits until it does.
    private func withTail(
        _ table: String, _ body: (BinlogTail, inout AsyncStream<Void>.Iterator) async throws -> Void
    ) async throws {
        let (rings, ring) = AsyncStream<Void>.makeStream()
        let tail = BinlogTail(try TestServer.configuration(), table: table, logger: Logger(label: "test")) {
            ring.yield()
        }
        tail.start()
        var iterator = rings.makeAsyncIterator()
        await iterator.next()
        try await body(tail, &iterator)
        await tail.stop()
        #expect(!tail.isFollowing)
    }

    @Test func onlyTheTableRings() async throws {
        try await withTable("a INT") { pool, quiet in
            try await withTable("a INT") { _, loud in
                try await withTail("t_\(loud)") { tail, rings in
                    _ = try await pool.transaction { try $0.script("INSERT INTO t_\(quiet) VALUES (1)") }
                    _ = try await pool.transaction {
                        try $0.script(
                            "INSERT INTO t_\(quiet) VALUES (2);INSERT INTO t_\(loud) VALUES (1);DELETE FROM t_\(loud)")
                    }
                    await rings.next()
                    _ = try await pool.read { try $0.script("INSERT INTO t_\(loud) VALUES (3)") }
                    await rings.next()
                    #expect(tail.changeCount == 2)
                }
            }
        }
    }

    @Test func whatIsRolledBackDoesNotRing() async throws {
        try await withTable("a INT") { pool, number in
            try await withTail("t_\(number)") { tail, rings in
                _ = try await pool.read {
                    try $0.script("START TRANSACTION;INSERT INTO t_\(number) VALUES (1);ROLLBACK")
                }
                _ = try await pool.transaction { try $0.script("INSERT INTO t_\(number) VALUES (2)") }
                await rings.next()
                #expect(tail.changeCount == 1)
            }
        }
    }

    /// What came while the connection was away is told by the ring of the new beginning.
    @Test func aLostConnectionIsFoundAgain() async throws {
        let proxy = try TCPProxy(to: try TestServer.port)
        let (rings, ring) = AsyncStream<Void>.makeStream()
        let tail = BinlogTail(
            try TestServer.configuration(port: proxy.port), table: "none", logger: Logger(label: "test")
        ) { ring.yield() }
        tail.start()
        var iterator = rings.makeAsyncIterator()
        await iterator.next()
        proxy.goDown()
        proxy.comeUp()
        await iterator.next()
        #expect(tail.isFollowing)
        await tail.stop()
    }

    @Test func whoMayNotReadItDoesNoHarm() async throws {
        var configuration = try TestServer.configuration()
        configuration.password = "wrong"
        let tail = BinlogTail(configuration, table: "none", logger: Logger(label: "test")) {
            Issue.record("a ring without a log")
        }
        tail.start()
        #expect(!tail.isFollowing)
        await tail.stop()
        tail.start()
        #expect(!tail.isFollowing)
    }
}
