import Logging

package final class ConnectionPool: Sendable {
    package init(configuration: DatabaseConfiguration, logger: Logger) {}
    package func read<T: Sendable>(_ body: @escaping @Sendable (Connection) throws -> T) async throws -> T {
        throw DatabaseError(kind: .unavailable, message: "")
    }
    package func transaction<T: Sendable>(_ body: @escaping @Sendable (Connection) throws -> T) async throws -> T {
        throw DatabaseError(kind: .unavailable, message: "")
    }
    package func shutdown() async {}
    package var statistics: DatabaseStatistics { DatabaseStatistics() }
}
