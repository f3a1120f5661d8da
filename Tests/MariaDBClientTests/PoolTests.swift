// The pool: who waits, for how long, and how it ends.

import Synchronization
import Testing

@testable import MariaDBClient

@Suite struct PoolTests {
    /// A pool whose only connection is busy until the gate opens.
    private func withBusyPool(
        _ change: (inout DatabaseConfiguration) -> Void = { _ in },
        _ body: (ConnectionPool, Gate) async throws -> Void
    ) async throws {
        var configuration = try TestServer.configuration()
        change(&configuration)
        try await withPool(configuration) { pool in
            let (isRunning, mayEnd) = (Gate(), Gate())
            let busy = Task {
                try await pool.read { connection in
                    isRunning.open()
                    mayEnd.wait()
                    return try connection.query("SELECT 9")[0][0].int64
                }
            }
            try await eventually("the unit runs") { pool.statistics.inUse == 1 }
            try await body(pool, mayEnd)
            mayEnd.open()
            #expect(try await busy.value == 9)
        }
    }

    @Test func aUnitThatWaitsTooLongFails() async throws {
        try await withBusyPool({ $0.queueTimeout = .milliseconds(20) }) { pool, _ async throws in
            #expect(try await errorKind { try await pool.read { _ in } } == .timeout)
            #expect(try await errorKind { try await pool.transaction { _ in } } == .timeout)
            #expect(pool.statistics.queueTimeouts == 2)
            #expect(pool.statistics.waiting == 0)
        }
    }

    @Test func aCancelledTaskStopsWaiting() async throws {
        try await withBusyPool { pool, _ in
            let ran = Atomic(false)
            let waiting = Task {
                try await pool.read { _ in ran.store(true, ordering: .relaxed) }
            }
            try await eventually("the unit waits") { pool.statistics.waiting == 1 }
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
            #expect(pool.statistics.waiting == 0)
            let hasRun = ran.load(ordering: .relaxed)
            #expect(!hasRun)
        }
    }

    @Test func aTaskCancelledBeforehandDoesNotRun() async throws {
        try await withPool(try TestServer.configuration()) { pool in
            let task = Task {
                while !Task.isCancelled { await Task.yield() }
                try await pool.read { _ in }
            }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(pool.statistics.connects == 0)
        }
    }

    @Test func aRunningUnitIsFinishedThoughItsTaskIsCancelled() async throws {
        try await withPool(try TestServer.configuration()) { pool in
            let mayEnd = Gate()
            let task = Task {
                try await pool.read { connection in
                    mayEnd.wait()
                    return try connection.query("SELECT 4")[0][0].int64
                }
            }
            try await eventually("the unit runs") { pool.statistics.inUse == 1 }
            task.cancel()
            mayEnd.open()
            #expect(try await task.value == 4)
        }
    }

    @Test func shutdownFailsWaitingWorkAndFinishesRunningWork() async throws {
        try await withBusyPool { pool, mayEnd in
            let waiting = (0..<5).map { _ in Task { try await pool.read { _ in } } }
            try await eventually("the units wait") { pool.statistics.waiting == 5 }
            let shutdown = Task { await pool.shutdown() }
            for task in waiting {
                #expect(try await errorKind { try await task.value } == .unavailable)
            }
            mayEnd.open()
            await shutdown.value
            #expect(pool.statistics.open == 0)
            #expect(try await errorKind { try await pool.read { _ in } } == .unavailable)
            await pool.shutdown()
        }
    }

    @Test func shutdownOfAnUnusedPool() async throws {
        let pool = try await withPool(try TestServer.configuration()) { $0 }
        #expect(pool.statistics == DatabaseStatistics())
    }

    @Test func manyUnitsShareFewConnections() async throws {
        var configuration = try TestServer.configuration()
        configuration.poolSize = 4
        try await withPool(configuration) { pool in
            let sum = try await withThrowingTaskGroup(of: Int64.self) { group in
                for number in Int64(1)...1000 {
                    group.addTask { try await pool.read { try $0.query("SELECT ?", [.int(number)])[0][0].int64 } }
                }
                return try await group.reduce(0, +)
            }
            #expect(sum == 500_500)
            #expect(pool.statistics.connects <= 4)
            #expect(pool.statistics.queries == 1000)
            #expect(pool.statistics.inUse == 0)
        }
    }

    /// One unit at a time needs one connection: the thread that worked last works next.
    @Test func oneAfterTheOtherUsesOneConnection() async throws {
        var configuration = try TestServer.configuration()
        configuration.poolSize = 8
        try await withPool(configuration) { pool in
            for _ in 0..<200 { _ = try await pool.read { try $0.query("SELECT 1") } }
            #expect(pool.statistics.connects == 1)
        }
    }

    @Test func anIdleConnectionIsClosedAndOpenedAgain() async throws {
        var configuration = try TestServer.configuration()
        configuration.idleTimeout = .milliseconds(10)
        try await withPool(configuration) { pool in
            _ = try await pool.read { try $0.query("SELECT 1") }
            try await eventually("the connection is closed") { pool.statistics.open == 0 }
            _ = try await pool.read { try $0.query("SELECT 1") }
            #expect(pool.statistics.connects == 2)
            #expect(pool.statistics.lostConnections == 0)
            #expect(pool.statistics.reconnects == 0)
        }
    }

    @Test func anOldConnectionIsReplaced() async throws {
        var configuration = try TestServer.configuration()
        configuration.maxLifetime = .zero
        try await withPool(configuration) { pool in
            for _ in 0..<3 { _ = try await pool.read { try $0.query("SELECT 1") } }
            #expect(pool.statistics.connects == 3)
            #expect(pool.statistics.lostConnections == 0)
        }
    }
}
