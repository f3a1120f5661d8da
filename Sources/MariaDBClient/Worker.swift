// What a thread of the pool does with a unit of work: sees to a good connection, runs the unit, runs it once more
// where that is safe, and leaves the connection clean.

import Glibc
import Logging

/// Lives on one thread and owns that thread's connection.
final class Worker {
    private let configuration: DatabaseConfiguration
    private let statistics: StatisticsCounters
    private let logger: Logger
    private var connection: Connection?
    private var replaceAt = ContinuousClock.now
    private var hasLost = false
    private var failedToConnect = false

    /// A replay waits for a random time up to this.
    private static let replayDelay: Duration = .milliseconds(50)

    init(_ configuration: DatabaseConfiguration, statistics: StatisticsCounters, logger: Logger) {
        self.configuration = configuration
        self.statistics = statistics
        self.logger = logger
    }

    /// Whether the thread has a connection to close when it has been idle for long.
    var isConnected: Bool { connection != nil }

    /// Runs a unit that only reads, and once more when the connection was lost under it.
    func read<Value>(_ body: (Connection) throws -> Value) throws -> Value {
        do {
            return try run(body)
        } catch {
            guard case .lost = cause(of: error) else { throw error }
            statistics.replays.increment()
            return try run(body)
        }
    }

    /// Runs a unit in a transaction, and once more when the server rolled it back for another's sake, or the connection
    /// was lost before COMMIT was sent: then nothing of it happened.
    func transaction<Value>(_ body: (Connection) throws -> Value) throws -> Value {
        func once(_ connection: Connection) throws -> Value {
            connection.transaction = .pending
            let value = try body(connection)
            try connection.commit()
            return value
        }
        do {
            return try run(once)
        } catch {
            switch cause(of: error) {
            case .conflict: pause()
            case .lost: break
            case .other: throw error
            }
            statistics.replays.increment()
            return try run(once)
        }
    }

    /// Closes the connection.
    func disconnect() {
        guard let connection else { return }
        connection.close()
        self.connection = nil
        statistics.open.subtract(1, ordering: .relaxed)
    }

    private func run<Value>(_ unit: (Connection) throws -> Value) throws -> Value {
        fault = .other
        let connection = try usableConnection()
        defer { settle(connection) }
        return try unit(connection)
    }

    // MARK: Faults

    /// Why a unit failed, as far as it matters to a replay.
    private enum Fault { case lost, conflict, other }

    /// What became of the connection and the transaction of the unit that ran last.
    private var fault = Fault.other

    /// The unit's error decides unless it wrapped the client's; then what the connection saw does.
    private func cause(of error: any Error) -> Fault {
        guard let error = error as? DatabaseError else { return fault }
        switch error.kind {
        case .outcomeUnknown: return .other
        case .deadlock, .lockTimeout: return .conflict
        default: return fault
        }
    }

    private func settle(_ connection: Connection) {
        fault = faultSeen(by: connection)
        connection.reset()
        if connection.loss != nil {
            hasLost = true
            disconnect()
        }
    }

    private func faultSeen(by connection: Connection) -> Fault {
        switch connection.transaction {
        case .rolledBack: return .conflict
        case .uncertain: return .other
        case .none, .pending, .open, .committed: break
        }
        if connection.lockTimedOut { return .conflict }
        // A server that said nothing until the time was up would say nothing once more.
        return connection.loss != nil && connection.idleTime < configuration.readTimeout ? .lost : .other
    }

    /// Full jitter: two transactions that met are unlikely to meet again.
    private func pause() {
        let (_, attoseconds) = Self.replayDelay.components
        usleep(UInt32.random(in: 0...UInt32(attoseconds / 1_000_000_000_000)))
    }

    // MARK: Connecting

    private func usableConnection() throws(DatabaseError) -> Connection {
        if let connection {
            if ContinuousClock.now < replaceAt, connection.isAlive(pingAfter: configuration.healthCheckInterval) {
                return connection
            }
            hasLost = hasLost || connection.loss != nil
            disconnect()
        }
        do throws(DatabaseError) {
            let made = try Connection(configuration, statistics: statistics)
            connected(made)
            return made
        } catch {
            statistics.connectFailures.increment()
            if !failedToConnect {
                logger.error("database: cannot connect", metadata: ["server": "\(configuration)", "error": "\(error)"])
            }
            failedToConnect = true
            throw DatabaseError(
                kind: .unavailable, code: error.code, sqlState: error.sqlState, message: error.message)
        }
    }

    private func connected(_ made: Connection) {
        connection = made
        replaceAt = .now + configuration.maxLifetime * Double.random(in: 0.9...1)
        statistics.connects.increment()
        statistics.open.add(1, ordering: .relaxed)
        if hasLost { statistics.reconnects.increment() }
        if failedToConnect { logger.notice("database: connected again", metadata: ["server": "\(configuration)"]) }
        hasLost = false
        failedToConnect = false
    }
}
