// One reading of the binary log, from its end on, over a connection that does nothing else.

import CMariaDB

/// Owns libmariadb's reader. Used by the one thread that made it, and not beyond its link.
final class BinlogReader {
    enum Event {
        /// Rows of this table come next.
        case table(database: String, name: String)
        /// The transaction so far stands in the log.
        case commit
        case other
    }

    /// The file of the log that the reading began in.
    let file: String
    private let link: ServerLink
    private let reader: UnsafeMutablePointer<MARIADB_RPL>
    private var event: UnsafeMutablePointer<MARIADB_RPL_EVENT>?

    /// Asks for the end of the log, and for all that comes after it.
    ///
    /// - Throws: ``DatabaseError``: the user may not, or the server keeps no log.
    init(_ link: ServerLink, heartbeat: Duration) throws(DatabaseError) {
        guard let place = try link.script("SHOW MASTER STATUS").first?.rows.first,
            let file = try? place[0].string, let position = try? place[1].uint64
        else { throw DatabaseError(kind: .query, message: "the server keeps no binary log") }
        // The capability keeps the server from rewriting events for old readers; checksums would only be passed over.
        let period = heartbeat.components.seconds * 1_000_000_000
        _ = try link.script(
            """
            SET @mariadb_slave_capability = 4, @master_binlog_checksum = 'NONE', @master_heartbeat_period = \(period)
            """)
        guard let reader = mariadb_rpl_init_ex(link.handle, UInt32(MARIADB_RPL_VERSION)) else { throw link.error }
        self.link = link
        self.reader = reader
        self.file = file
        let isSet = file.withCString { lm_rpl_set_file(reader, $0, file.utf8.count) } == 0
        // The server hangs up on an earlier reader that gave the same number, so each draws one, above what replicas use.
        let id = UInt32.random(in: 0x8000_0000...UInt32.max)
        guard isSet, lm_rpl_set_position(reader, UInt(position)) == 0, lm_rpl_set_server_id(reader, id) == 0,
            mariadb_rpl_open(reader) == 0
        else {
            let error = link.error
            mariadb_rpl_close(reader)
            throw error
        }
    }

    deinit {
        mariadb_free_rpl_event(event)
        mariadb_rpl_close(reader)
    }

    /// Waits for the next event; nil when the server has ended the log.
    func next() throws(DatabaseError) -> Event? {
        event = mariadb_rpl_fetch(reader, event)
        guard let event else {
            guard mysql_errno(link.handle) != 0 || mariadb_rpl_errno(reader) != 0 else { return nil }
            throw link.error
        }
        switch event.pointee.event_type {
        case TABLE_MAP_EVENT:
            let map = event.pointee.event.table_map
            return .table(database: Self.text(map.database), name: Self.text(map.table))
        case XID_EVENT: return .commit
        default: return .other
        }
    }

    private static func text(_ string: MARIADB_STRING) -> String {
        guard let start = string.str else { return "" }
        return String(decoding: UnsafeRawBufferPointer(start: start, count: string.length), as: UTF8.self)
    }
}
