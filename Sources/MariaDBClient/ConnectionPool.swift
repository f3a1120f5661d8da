// The pool: units of work are closures that run on a thread with a connection of its own. One hop in, one hop out.

import Logging
import Spans

/// Connections to one database, opened as work asks for them. It never makes the caller's thread wait.
package final class ConnectionPool: Sendable {
    package let configuration: DatabaseConfiguration
    private let queue: WorkQueue

    package init(configuration: DatabaseConfiguration, logger: Logger) {
        self.configuration = configuration
        queue = WorkQueue(configuration, logger: logger)
    }

    /// Lets the threads end; ``shutdown()`` also waits for them.
    deinit { queue.close() }

    /// Runs `body`, which only reads; it is run once more, on a new connection, when the connection was lost under
    /// it, so that a server that was restarted goes unnoticed. Statements commit by themselves.
    /// - Throws: ``DatabaseError``, what `body` throws, `CancellationError` when the task was cancelled while it waited
    ///   for a connection. A unit that runs is finished.
    package func read<Value: Sendable>(
        _ body: @escaping @Sendable (Connection) throws -> Value
    ) async throws -> Value {
        try await Spans.run("mysql.read", .client) { try await run { try $0.read(body) } }
    }

    /// Runs `body` in a transaction, which is committed when it returns and rolled back when it throws. START
    /// TRANSACTION goes along with the first statement (in one round trip when that is a script); a body that does
    /// nothing costs nothing. The whole is run once more after a deadlock, a lock timeout, or a connection lost
    /// before COMMIT was sent, so `body` has no effects but those on the database.
    /// - Throws: as ``read(_:)``; `outcomeUnknown` when the connection was lost while COMMIT was under way.
    package func transaction<Value: Sendable>(
        _ body: @escaping @Sendable (Connection) throws -> Value
    ) async throws -> Value {
        try await Spans.run("mysql.transaction", .client) { try await run { try $0.transaction(body) } }
    }

    /// Lets running units finish, fails those that wait (``DatabaseError/Kind/unavailable``), closes the connections
    /// and returns when all threads are done. Work that comes later fails at once.
    package func shutdown() async { await queue.closeAndWait() }

    /// The counters now.
    package var statistics: DatabaseStatistics { queue.statistics.reading(waiting: queue.waiting) }

    private func run<Value: Sendable>(
        _ unit: @escaping @Sendable (Worker) throws -> Value
    ) async throws -> Value {
        let id = queue.nextID()
        return try await withTaskCancellationHandler {
            try Task.checkCancellation()
            return try await withCheckedThrowingContinuation { continuation in
                queue.submit(
                    Job(
                        id: id, deadline: .now + configuration.queueTimeout,
                        run: { worker in
                            let result = Result { try unit(worker) }
                            return { continuation.resume(with: result) }
                        },
                        fail: { continuation.resume(throwing: $0) }))
                // Cancelled before the job was there to be found.
                if Task.isCancelled { queue.cancel(id) }
            }
        } onCancel: {
            queue.cancel(id)
        }
    }
}
