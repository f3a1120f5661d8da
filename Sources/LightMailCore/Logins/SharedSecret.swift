import MariaDBClient
import Synchronization

/// A secret of 32 bytes that all processes share through the database: the first that needs it makes it.
final class SharedSecret: Sendable {
    private let name: String
    private let database: ConnectionPool
    private let value = Mutex<[UInt8]?>(nil)

    init(_ name: String, database: ConnectionPool) {
        self.name = name
        self.database = database
    }

    /// Asked of the database once a process.
    func bytes() async throws(StoreError) -> [UInt8] {
        if let known = value.withLock({ $0 }) { return known }
        var random = SystemRandomNumberGenerator()
        let fresh = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        let name = name
        let read = try await mapped {
            try await database.transaction { connection in
                _ = try connection.execute(
                    "INSERT IGNORE INTO secrets (name, value, created_at) VALUES (?, ?, UTC_TIMESTAMP())",
                    [.text(name), .bytes(fresh)])
                return try connection.query("SELECT value FROM secrets WHERE name = ?", [.text(name)])
                    .first.map { try $0[0].bytes }
            }
        }
        guard let read, read.count == 32 else { throw StoreError(.internal, "the secret \(name) is damaged") }
        value.withLock { $0 = read }
        return read
    }
}
