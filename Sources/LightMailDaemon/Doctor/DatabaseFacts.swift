import Glibc
import MariaDBClient

/// What a server says of itself and of the session that asks.
struct DatabaseFacts: Sendable {
    private let variables: [String: String]
    let version: String
    /// Tables of ours in another character set than utf8mb4.
    let foreignTables: UInt64
    /// What the user may do on every database.
    let globalRights: [String]
    /// Seconds by which the server's clock is ahead of ours, after half of the round trip is taken off.
    let clockDifference: Double

    init(asking connection: Connection) throws {
        let results = try connection.script(
            """
            SHOW VARIABLES WHERE Variable_name IN ('version', 'innodb_flush_log_at_trx_commit', 'read_only', 'log_bin', \
            'sync_binlog', 'transaction_isolation', 'tx_isolation', 'character_set_connection', 'max_allowed_packet');\
            SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() \
            AND table_type = 'BASE TABLE' AND table_collation NOT LIKE 'utf8mb4%';\
            SELECT @@version
            """)
        var variables: [String: String] = [:]
        for row in results[0].rows { variables[try row[0].string.lowercased()] = try row[1].string }
        self.variables = variables
        foreignTables = try results[1].rows.first?[0].uint64 ?? 0
        version = try results[2].rows.first?[0].string ?? ""
        globalRights = try connection.script("SHOW GRANTS")[0].rows.flatMap { row in
            Self.globalRights(in: try row[0].string)
        }
        let before = Self.now
        let there = try connection.script("SELECT CAST(UNIX_TIMESTAMP(NOW(6)) * 1000000 AS UNSIGNED)")[0].rows
        let after = Self.now
        clockDifference = Double(try there.first?[0].uint64 ?? 0) / 1e6 - (before + after) / 2
    }

    /// A variable; empty where the server has none of that name.
    subscript(name: String) -> String {
        variables[name] ?? ""
    }

    func isOn(_ name: String) -> Bool {
        ["ON", "1"].contains(self[name])
    }

    /// `GRANT SELECT, SUPER ON *.* TO ...` grants two; a grant on one database, or of USAGE, none.
    static func globalRights(in grant: String) -> [String] {
        guard grant.hasPrefix("GRANT "), let end = grant.firstRange(of: " ON *.* ") else { return [] }
        return grant[..<end.lowerBound].dropFirst("GRANT ".count).split(separator: ",").map { word in
            String(word.drop { $0 == " " }).uppercased()
        }.filter { $0 != "USAGE" }
    }

    /// Seconds since 1970.
    private static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
