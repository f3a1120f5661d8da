// One connection of libmariadb: opened with every timeout set, able to run scripts, closed once.

import CMariaDB
import Glibc

/// Owns a `MYSQL` handle. Used by the one thread that opened it.
final class ServerLink {
    let handle: UnsafeMutablePointer<MYSQL>
    private var isClosed = false

    /// Connects and sets the session up: two exchanges beyond the handshake's own at most.
    init(_ configuration: DatabaseConfiguration) throws(DatabaseError) {
        guard ClientLibrary.isInitialised, let handle = mysql_init(nil) else {
            throw DatabaseError(kind: .unavailable, message: "libmariadb cannot be initialised")
        }
        self.handle = handle
        do {
            try connect(configuration)
            _ = try script(Self.sessionSetup(configuration))
        } catch {
            close()
            throw error
        }
    }

    deinit { close() }

    /// Ends the connection. Statements prepared on it are detached by libmariadb and only free their memory afterwards.
    func close() {
        guard !isClosed else { return }
        isClosed = true
        mysql_close(handle)
    }

    /// The error of the last call.
    var error: DatabaseError {
        let code = mysql_errno(handle)
        guard code != 0 else {
            return DatabaseError(
                code: UInt32(CR_SERVER_LOST), sqlState: "HY000", serverMessage: "the connection was lost")
        }
        return DatabaseError(
            code: code, sqlState: String(cString: mysql_sqlstate(handle)),
            serverMessage: String(cString: mysql_error(handle)))
    }

    /// Whether the server said, with its last answer, that a transaction is open.
    var isInTransaction: Bool { handle.pointee.server_status & UInt32(SERVER_STATUS_IN_TRANS) != 0 }

    /// Whether nothing is waiting to be read. Between two units of work the server has nothing to say, so a readable
    /// socket has been closed at the other end (or talks out of turn, which is no better). Costs no exchange.
    var isQuiet: Bool {
        let socket = mysql_get_socket(handle)
        guard socket >= 0 else { return false }
        var poll = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        return Glibc.poll(&poll, 1, 0) == 0
    }

    /// One exchange, to see whether the server still answers.
    func ping() -> Bool { mysql_ping(handle) == 0 }

    /// Runs statements separated by `;` in one exchange, and gives one result a statement.
    /// - Throws: the first error; the statements after it were not run.
    func script(_ text: String) throws(DatabaseError) -> [ScriptResult] {
        var text = text
        let failed = text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { mysql_real_query(handle, $0.baseAddress, UInt($0.count)) }
        }
        guard failed == 0 else { throw error }
        var results: [ScriptResult] = []
        while true {
            results.append(try result())
            let next = mysql_next_result(handle)
            if next < 0 { return results }
            if next > 0 { throw error }
        }
    }

    private func result() throws(DatabaseError) -> ScriptResult {
        guard let set = mysql_store_result(handle) else {
            guard mysql_field_count(handle) == 0 else { throw error }
            return ScriptResult(
                rows: [], affectedRows: mysql_affected_rows(handle), lastInsertID: mysql_insert_id(handle))
        }
        defer { mysql_free_result(set) }
        let columns = Int(mysql_num_fields(set))
        var rows: [Row] = []
        while let row = mysql_fetch_row(set), let lengths = mysql_fetch_lengths(set) {
            rows.append(
                Row(
                    values: (0..<columns).map { column in
                        guard let start = row[column] else { return .null }
                        return .bytes(Array(UnsafeRawBufferPointer(start: start, count: Int(lengths[column]))))
                    }))
        }
        return ScriptResult(rows: rows, affectedRows: 0, lastInsertID: 0)
    }
}

/// libmariadb's process-wide state.
enum ClientLibrary {
    /// Set up once, before the first handle is made.
    static let isInitialised = mysql_server_init(0, nil, nil) == 0
}
