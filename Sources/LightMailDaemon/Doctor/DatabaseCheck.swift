import Glibc
import LightMailCore
import MariaDBClient

/// Whether MySQL can be reached, is new enough, keeps what it has acknowledged, and has our schema.
struct DatabaseCheck {
    private let database: ConnectionPool
    private let section: DatabaseSection

    init(_ database: ConnectionPool, section: DatabaseSection) {
        self.database = database
        self.section = section
    }

    func run() async -> [Finding] {
        var findings = Findings("mysql")
        let facts: DatabaseFacts
        do {
            facts = try await database.read { try DatabaseFacts(asking: $0) }
        } catch {
            let place = section.socket.isEmpty ? "\(section.host):\(section.port)" : section.socket
            findings.error("connection", "\(place): \(error)", advice: advice(for: error))
            return findings.list
        }
        findings.ok("connection", "\(section.user) in \(section.database)")
        version(facts, &findings)
        durability(facts, &findings)
        session(facts, &findings)
        rights(facts, &findings)
        clock(facts, &findings)
        await schema(&findings)
        return findings.list
    }

    private func advice(for error: any Error) -> String {
        switch (error as? DatabaseError)?.code {
        case 1045, 1698: "Correct [database] user and password (a credential of systemd is seen by its service alone)."
        case 1044, 1142: "GRANT ALL PRIVILEGES ON \(section.database).* TO the user of [database]."
        case 1049: "CREATE DATABASE \(section.database) CHARACTER SET utf8mb4; then lightmailctl migrate."
        default: "Start the server, or correct [database] host, port and socket; see what a firewall says."
        }
    }

    private func version(_ facts: DatabaseFacts, _ findings: inout Findings) {
        let numbers = facts.version.prefix { $0.isNumber || $0 == "." }.split(separator: ".").compactMap { Int($0) }
        let isMariaDB = facts.version.contains("MariaDB")
        let wanted = isMariaDB ? [10, 6] : [8, 0]
        if numbers.count >= 2, !numbers.lexicographicallyPrecedes(wanted) {
            findings.ok("version", facts.version)
        } else {
            findings.error(
                "version", "\(facts.version) is too old", advice: "Use MySQL 8.0, MariaDB 10.6, or a later one.")
        }
    }

    /// What is acknowledged to a sender must outlive a crash of the server.
    private func durability(_ facts: DatabaseFacts, _ findings: inout Findings) {
        if facts["innodb_flush_log_at_trx_commit"] == "1" {
            findings.ok("durability", "each commit is flushed to the disk")
        } else {
            findings.error(
                "durability",
                "innodb_flush_log_at_trx_commit is \(facts["innodb_flush_log_at_trx_commit"]): "
                    + "a crash loses mail that was acknowledged",
                advice: "SET GLOBAL innodb_flush_log_at_trx_commit = 1, and in the server's configuration.")
        }
        if facts.isOn("read_only") {
            findings.error(
                "read only", "the server takes no changes", advice: "Name the primary in [database], not a replica.")
        }
        if !facts.isOn("log_bin") {
            findings.warning(
                "binary log", "it is off: a restore goes back to the last dump",
                advice: "Set log_bin in the server's configuration (docs/OPERATIONS.md, Backup).")
        } else if facts["sync_binlog"] != "1" {
            findings.warning(
                "binary log", "sync_binlog is \(facts["sync_binlog"]): replicas and restores may lack the last commits",
                advice: "SET GLOBAL sync_binlog = 1, and in the server's configuration.")
        } else {
            findings.ok("binary log", "on, and flushed with each commit")
        }
    }

    private func session(_ facts: DatabaseFacts, _ findings: inout Findings) {
        let isolation = facts["transaction_isolation"].isEmpty ? facts["tx_isolation"] : facts["transaction_isolation"]
        if isolation == "READ-COMMITTED" {
            findings.ok("isolation", "sessions have READ COMMITTED, which they ask for")
        } else {
            findings.error(
                "isolation", "a session asked for READ COMMITTED and has \(isolation)",
                advice: "See what changes it: a proxy in between, or init_connect.")
        }
        if facts["character_set_connection"] == "utf8mb4", facts.foreignTables == 0 {
            findings.ok("character set", "utf8mb4")
        } else {
            findings.error(
                "character set",
                "the connection has \(facts["character_set_connection"]), \(facts.foreignTables) tables have not utf8mb4",
                advice: "ALTER TABLE each CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin.")
        }
        let packet = UInt64(facts["max_allowed_packet"]) ?? 0
        if packet < 16 << 20 {
            findings.warning(
                "packets", "max_allowed_packet is \(packet): a message with a very long header is refused",
                advice: "Set max_allowed_packet = 64M in the server's configuration.")
        }
    }

    private func rights(_ facts: DatabaseFacts, _ findings: inout Findings) {
        let needless = facts.globalRights.filter { ["ALL PRIVILEGES", "SUPER", "FILE"].contains($0) }
        if needless.isEmpty {
            findings.ok("rights", "none over the server or its files")
        } else {
            findings.warning(
                "rights", "the user has \(needless.joined(separator: ", ")) on the whole server",
                advice: "REVOKE it: the daemons need their own database and no more.")
        }
        let granted = Set(facts.globalRights)
        let mayFollow =
            granted.contains("ALL PRIVILEGES") || granted.isSuperset(of: ["REPLICATION SLAVE", "BINLOG MONITOR"])
        findings.ok(
            "change feed",
            mayFollow
                ? "sessions hear of a change at once, from the binary log"
                : "sessions hear of another process's change within [notify] tick_ms; with REPLICATION SLAVE and BINLOG MONITOR, at once"
        )
    }

    private func clock(_ facts: DatabaseFacts, _ findings: inout Findings) {
        let seconds = abs(facts.clockDifference)
        let text = "\(Double(Int(facts.clockDifference * 1000)) / 1000) seconds ahead of this host"
        if seconds > 60 {
            findings.error("clock", text, advice: "Have both hosts follow a time server: retention counts in seconds.")
        } else if seconds > 2 {
            findings.warning("clock", text, advice: "Have both hosts follow a time server.")
        } else {
            findings.ok("clock", text)
        }
    }

    private func schema(_ findings: inout Findings) async {
        do throws(StoreError) {
            let version = try await Migrator(database).version()
            if version == Migrator.newest {
                findings.ok("schema", "version \(version)")
            } else if version < Migrator.newest {
                findings.error(
                    "schema", "version \(version), this release has \(Migrator.newest)", advice: "lightmailctl migrate")
            } else {
                findings.error(
                    "schema", "version \(version), this release knows \(Migrator.newest)",
                    advice: "Install the release that made it: schemas are not taken back.")
            }
        } catch {
            findings.error("schema", "\(error)", advice: "See the server's log; lightmailctl migrate makes the schema.")
        }
    }
}
