// A prepared statement with the memory it is bound to.

import CMariaDB

/// Owns a `MYSQL_STMT`. Lives in the cache of the connection that prepared it.
final class Statement {
    private let handle: UnsafeMutablePointer<MYSQL_STMT>
    private let link: ServerLink
    private let parameters: ParameterBindings
    private var results: ResultBindings?

    /// Prepares `sql`: one exchange.
    init(_ sql: String, on link: ServerLink) throws(DatabaseError) {
        guard let handle = mysql_stmt_init(link.handle) else { throw link.error }
        var sql = sql
        let failed = sql.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { mysql_stmt_prepare(handle, $0.baseAddress, UInt($0.count)) }
        }
        guard failed == 0 else {
            let error = Self.error(of: handle, link)
            mysql_stmt_close(handle)
            throw error
        }
        self.handle = handle
        self.link = link
        parameters = ParameterBindings(count: Int(mysql_stmt_param_count(handle)))
    }

    /// Tells the server to forget the statement, without waiting for an answer; nothing when the connection is closed.
    deinit { mysql_stmt_close(handle) }

    /// Whether `values` are as many as the statement's `?`.
    func accepts(_ values: [SQLValue]) -> Bool { values.count == parameters.count }

    /// Number of columns of the result, 0 for a statement that has none.
    var columnCount: Int { Int(mysql_stmt_field_count(handle)) }

    /// Runs the statement: one exchange. Rows are then fetched as they arrive, and ``finish()`` takes the rest.
    func execute(_ values: [SQLValue]) throws(DatabaseError) {
        defer { parameters.release() }
        guard parameters.bind(values, to: handle), mysql_stmt_execute(handle) == 0 else {
            throw Self.error(of: handle, link)
        }
    }

    /// What the execution did.
    var outcome: ExecuteResult {
        let affected = mysql_stmt_affected_rows(handle)
        return ExecuteResult(
            affectedRows: columnCount > 0 || affected == UInt64.max ? 0 : affected,
            lastInsertID: mysql_stmt_insert_id(handle))
    }

    /// Reads rows until the result ends.
    func eachRow(_ body: (Row) throws -> Void) throws {
        guard columnCount > 0 else { return }
        let results = resultBindings()
        guard results.bind(to: handle) else { throw Self.error(of: handle, link) }
        while true {
            switch mysql_stmt_fetch(handle) {
            // A string longer than its slot counts as truncated, and is fetched again.
            case 0, MYSQL_DATA_TRUNCATED:
                guard let row = results.row(of: handle) else { throw Self.error(of: handle, link) }
                try body(row)
            case MYSQL_NO_DATA:
                return
            default:
                throw Self.error(of: handle, link)
            }
        }
    }

    /// Reads all rows into `columns`, as many as the result has.
    func fill(_ columns: [ColumnBlock]) throws(DatabaseError) {
        let bindings = ColumnBindings(columns)
        guard bindings.bind(to: handle) else { throw Self.error(of: handle, link) }
        while true {
            switch mysql_stmt_fetch(handle) {
            case 0:
                if let column = bindings.take() { throw .misuse("column \(column) is NULL, not an integer") }
            case MYSQL_NO_DATA:
                bindings.flush()
                return
            case MYSQL_DATA_TRUNCATED:
                throw .misuse("a column does not fit the integer type it is read as")
            default:
                throw Self.error(of: handle, link)
            }
        }
    }

    /// Fetches rows into `binds`, and hands the statement to `take` after each. A string longer than its slot is not there
    /// whole.
    func eachFetch(
        into binds: UnsafeMutablePointer<MYSQL_BIND>,
        _ take: (UnsafeMutablePointer<MYSQL_STMT>) throws(DatabaseError) -> Void
    ) throws(DatabaseError) {
        guard mysql_stmt_bind_result(handle, binds) == 0 else { throw Self.error(of: handle, link) }
        while true {
            switch mysql_stmt_fetch(handle) {
            case 0, MYSQL_DATA_TRUNCATED: try take(handle)
            case MYSQL_NO_DATA: return
            default: throw Self.error(of: handle, link)
            }
        }
    }

    /// Takes what is left of the result, so that the connection is free for the next statement.
    func finish() {
        mysql_stmt_free_result(handle)
    }

    /// The slots for rows, made anew when the table has been altered since.
    private func resultBindings() -> ResultBindings {
        let fields = UnsafeBufferPointer(start: mariadb_stmt_fetch_fields(handle), count: columnCount)
        let shapes = fields.map(ColumnShape.init)
        if let results, results.shapes == shapes { return results }
        let made = ResultBindings(shapes)
        results = made
        return made
    }

    /// The statement's error, or the connection's where libmariadb recorded it only there.
    private static func error(of handle: UnsafeMutablePointer<MYSQL_STMT>, _ link: ServerLink) -> DatabaseError {
        let code = mysql_stmt_errno(handle)
        guard code != 0 else { return link.error }
        return DatabaseError(
            code: code, sqlState: String(cString: mysql_stmt_sqlstate(handle)),
            serverMessage: String(cString: mysql_stmt_error(handle)))
    }
}
