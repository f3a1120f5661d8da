// Follows the server's binary log to hear of a table's changes. It reads no row: whoever is told looks for himself.

import CMariaDB
import Glibc
import Logging
import Synchronization

/// Tells of each committed transaction that changed one table, as soon as the server writes it to its binary log.
///
/// The log is a convenience: where it cannot be followed (the user lacks REPLICATION SLAVE and BINLOG MONITOR, the server
/// keeps no log, or is none of MariaDB) it says so once and tries again now and then. What is told can be early by a
/// moment, for a transaction stands in the log before its rows can be seen.
package final class BinlogTail: Sendable {
    private let configuration: DatabaseConfiguration
    private let table: String
    private let logger: Logger
    private let onChange: @Sendable () -> Void
    private let state = Mutex(State())
    private let parker = Parker()
    private let changes = Atomic<UInt64>(0)

    private struct State {
        var isRunning = false
        var isStopped = false
        /// The socket of the connection that is being read; nil while there is none.
        var socket: Int32?
        var isFollowing = false
        var stopping: [CheckedContinuation<Void, Never>] = []
    }

    /// The server speaks at least this often, so that silence means that it is gone.
    private static let heartbeat: Duration = .seconds(10)
    private static let firstPause: Duration = .milliseconds(500)
    private static let longestPause: Duration = .seconds(60)

    /// - Parameters:
    ///   - table: of the configured database.
    ///   - onChange: called on the tail's own thread, and briefly; also when the tail has begun to follow, as what was
    ///     committed before then is not told.
    package init(
        _ configuration: DatabaseConfiguration, table: String, logger: Logger, onChange: @escaping @Sendable () -> Void
    ) {
        self.configuration = configuration
        self.table = table
        self.logger = logger
        self.onChange = onChange
    }

    /// Whether the log is being followed now.
    package var isFollowing: Bool { state.withLock { $0.isFollowing } }

    /// Transactions told so far.
    package var changeCount: UInt64 { changes.load(ordering: .relaxed) }

    /// Starts the thread; again, and after `stop`, does nothing.
    package func start() {
        let starts = state.withLock { state in
            guard !state.isRunning, !state.isStopped else { return false }
            state.isRunning = true
            return true
        }
        guard starts, !startThread({ self.run() }) else { return }
        ended()
    }

    /// Hangs up and returns when the thread has ended.
    package func stop() async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                state.isStopped = true
                // The thread may be waiting for the server's next word.
                if let socket = state.socket { Glibc.shutdown(socket, Int32(SHUT_RDWR)) }
                if state.isRunning { state.stopping.append(continuation) }
                return !state.isRunning
            }
            parker.unpark()
            if isOver { continuation.resume() }
        }
    }

    private func ended() {
        let stopping = state.withLock { state in
            state.isRunning = false
            defer { state.stopping = [] }
            return state.stopping
        }
        for continuation in stopping { continuation.resume() }
    }

    // MARK: The thread

    private func run() {
        guard mysql_thread_init() == 0 else { return ended() }
        var pause = Self.firstPause
        var reported: DatabaseError.Kind?
        while !state.withLock({ $0.isStopped }) {
            do throws(DatabaseError) {
                try follow {
                    pause = Self.firstPause
                    reported = nil
                }
            } catch {
                if reported != error.kind, !state.withLock({ $0.isStopped }) {
                    logger.notice(
                        "the database's binary log cannot be followed: changes are looked for in turns",
                        metadata: ["error": "\(error)"])
                }
                reported = error.kind
            }
            if parker.park(for: pause) { break }
            pause = min(pause * 2, Self.longestPause)
        }
        mysql_thread_end()
        ended()
    }

    /// Follows the log from its end until the connection is lost or hung up.
    private func follow(_ began: () -> Void) throws(DatabaseError) {
        let link = try ServerLink(configuration)
        defer { link.close() }
        guard hold(link) else { return }
        defer {
            state.withLock {
                $0.socket = nil
                $0.isFollowing = false
            }
        }
        let reader = try BinlogReader(link, heartbeat: Self.heartbeat)
        logger.debug("following the database's binary log", metadata: ["file": "\(reader.file)"])
        state.withLock { $0.isFollowing = true }
        began()
        onChange()
        var isTouched = false
        while let event = try reader.next() {
            switch event {
            case .table(let database, let name):
                if name == table, database == configuration.database { isTouched = true }
            case .commit:
                guard isTouched else { continue }
                isTouched = false
                changes.add(1, ordering: .relaxed)
                onChange()
            case .other: continue
            }
        }
    }

    /// Makes the connection one that `stop` can hang up; false when it was called already.
    private func hold(_ link: ServerLink) -> Bool {
        state.withLock { state in
            guard !state.isStopped else { return false }
            state.socket = mysql_get_socket(link.handle)
            return true
        }
    }
}
