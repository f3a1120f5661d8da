// The real MariaDB that the tests run against, told by the environment, and pools that end with the test.

import FoundationEssentials
import Logging
import Synchronization
import Testing

@testable import MariaDBClient

/// A variable that `scripts/with-test-servers` sets.
struct MissingVariable: Error, CustomStringConvertible {
    let name: String
    var description: String { "\(name) is not set: run the tests through scripts/with-test-servers" }
}

enum TestServer {
    static func variable(_ name: String) throws -> String {
        guard let value = ProcessInfo.processInfo.environment[name] else { throw MissingVariable(name: name) }
        return value
    }

    static var port: UInt16 {
        get throws { try #require(UInt16(try variable("LIGHTMAIL_TEST_DB_PORT"))) }
    }

    /// Over the UNIX socket, one connection.
    static func configuration() throws -> DatabaseConfiguration {
        var configuration = DatabaseConfiguration(
            user: try variable("LIGHTMAIL_TEST_DB_USER"), password: try variable("LIGHTMAIL_TEST_DB_PASSWORD"),
            database: try variable("LIGHTMAIL_TEST_DB_NAME"))
        configuration.socket = try variable("LIGHTMAIL_TEST_DB_SOCKET")
        configuration.poolSize = 1
        return configuration
    }

    /// Over TCP in clear, to the server itself or to a proxy before it.
    static func configuration(port: UInt16) throws -> DatabaseConfiguration {
        var configuration = try configuration()
        configuration.socket = nil
        configuration.host = "127.0.0.1"
        configuration.port = port
        configuration.tls = .disabled
        return configuration
    }

    /// A number for the names of a test's tables, so that tests run beside each other.
    static func number() -> UInt32 { .random(in: 0...UInt32.max) }
}

/// Runs `body` with a pool that is shut down afterwards.
func withPool<Value>(
    _ configuration: DatabaseConfiguration, _ body: (ConnectionPool) async throws -> Value
) async throws -> Value {
    let pool = ConnectionPool(configuration: configuration, logger: Logger(label: "test"))
    do {
        let value = try await body(pool)
        await pool.shutdown()
        return value
    } catch {
        await pool.shutdown()
        throw error
    }
}

/// Runs `body` with a pool and a table `t_NUMBER` made from `columns`, which is dropped afterwards.
func withTable<Value>(
    _ columns: SQLText, _ configuration: DatabaseConfiguration? = nil,
    _ body: (ConnectionPool, UInt32) async throws -> Value
) async throws -> Value {
    try await withPool(try configuration ?? TestServer.configuration()) { pool in
        let number = TestServer.number()
        try await withPool(try TestServer.configuration()) { maker in
            _ = try await maker.read { try $0.script("CREATE TABLE t_\(number) (\(columns)) ENGINE=InnoDB") }
        }
        let value = try await body(pool, number)
        try await withPool(try TestServer.configuration()) { maker in
            _ = try await maker.read { try $0.script("DROP TABLE t_\(number)") }
        }
        return value
    }
}

/// Waits for something another thread brings about; bounded, so that a test that cannot pass ends.
func eventually(_ what: Comment, _ condition: () -> Bool) async throws {
    for _ in 0..<20_000 {
        if condition() { return }
        try await Task.sleep(for: .milliseconds(1))
    }
    Issue.record(what)
}

/// Lets one thread wait for another.
final class Gate: Sendable {
    private let parker = Parker()
    func wait() { parker.park() }
    func open() { parker.unpark() }
}

/// Lets two threads meet once; later arrivals pass.
final class Meeting: Sendable {
    private let first = Gate()
    private let second = Gate()
    private let arrived = Mutex(0)

    func meet() {
        let order = arrived.withLock { count in
            count += 1
            return count
        }
        if order == 1 {
            second.open()
            first.wait()
        } else if order == 2 {
            first.open()
            second.wait()
        }
    }
}

/// The kind of the ``DatabaseError`` that `body` throws.
func errorKind<Value>(_ body: () async throws -> Value) async throws -> DatabaseError.Kind? {
    do {
        _ = try await body()
        return nil
    } catch let error as DatabaseError {
        return error.kind
    }
}
