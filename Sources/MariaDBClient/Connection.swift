// A connection as a unit of work sees it: statements and scripts, each a counted number of exchanges. It refuses to
// go on after it was lost, after its transaction has ended, and while a result is being read from it.

/// Synchronous, on one thread, and valid only within the closure it is handed to. Nothing here is retried: what is
/// safe to run again is run again, as a whole, by the pool.
package final class Connection {
    private let link: ServerLink
    private let statistics: StatisticsCounters
    private let observe: (@Sendable (Duration) -> Void)?
    private var cache: StatementCache
    private var isReading = false
    private var lastExchange = ContinuousClock.now

    /// Where the unit of work stands with its transaction.
    var transaction = Transaction.none
    /// Why the connection cannot be used any more.
    private(set) var loss: DatabaseError?
    /// Whether a statement of this unit of work waited for a row lock in vain.
    private(set) var lockTimedOut = false
    /// When the last exchange with the server began.
    var idleTime: Duration { .now - lastExchange }

    /// The states of a transaction. START TRANSACTION is not sent before there is something to do.
    enum Transaction {
        /// Statements commit by themselves.
        case none
        /// Asked for, nothing sent.
        case pending
        /// START TRANSACTION has been sent.
        case open
        /// COMMIT has been done by ``commit(after:)``; nothing may follow.
        case committed
        /// The server rolled it back (deadlock); nothing may follow, or it would commit by itself.
        case rolledBack(DatabaseError)
        /// The connection was lost while COMMIT was under way.
        case uncertain(DatabaseError)
    }

    init(_ configuration: DatabaseConfiguration, statistics: StatisticsCounters) throws(DatabaseError) {
        self.statistics = statistics
        observe = configuration.observeExchange
        cache = StatementCache(capacity: configuration.statementCacheSize)
        link = try ServerLink(configuration)
    }

    deinit { close() }

    /// Ends the connection; its statements go with it.
    func close() {
        link.close()
        cache.removeAll()
        if loss == nil { loss = DatabaseError(kind: .unavailable, message: "the connection is closed") }
    }

    /// Runs a prepared statement and gives all its rows. One round trip, two when it was not in the cache.
    /// - Throws: ``DatabaseError``.
    package func query(_ sql: String, _ parameters: [SQLValue] = []) throws -> [Row] {
        var rows: [Row] = []
        try each(sql, parameters) { rows.append($0) }
        return rows
    }

    /// Runs a prepared statement that changes rows. One round trip, two when it was not in the cache.
    /// - Throws: ``DatabaseError``.
    package func execute(_ sql: String, _ parameters: [SQLValue] = []) throws -> ExecuteResult {
        try reading(sql, parameters) { $0.outcome }
    }

    /// Runs a prepared statement and hands its rows to `body` one by one, as they arrive from the server, so that
    /// memory is bounded by one row. `body` may not use the connection. When it throws, the rest is read and dropped.
    /// - Throws: ``DatabaseError``, and what `body` throws.
    package func each(_ sql: String, _ parameters: [SQLValue] = [], _ body: (Row) throws -> Void) throws {
        try reading(sql, parameters) { try $0.eachRow(body) }
    }

    /// Runs a prepared statement whose columns are all integers, and gives each column as a packed array. The fast way
    /// to load an index: values go from the wire into the arrays without a row in between.
    /// - Parameter types: one a column, as wide as the column: `UInt32.self` for INT UNSIGNED.
    /// - Throws: ``DatabaseError``; `query` when the number of columns differs, or a value is NULL or does not fit.
    package func columns<each Integer: ColumnInteger>(
        _ sql: String, _ parameters: [SQLValue], _ types: repeat (each Integer).Type
    ) throws -> (repeat [each Integer]) {
        let sinks = (repeat ColumnSink<each Integer>())
        var columns: [ColumnBlock] = []
        for sink in repeat each sinks { columns.append(sink) }
        try reading(sql, parameters) { statement in
            guard statement.columnCount == columns.count else {
                throw DatabaseError.misuse("the result has \(statement.columnCount) columns, not \(columns.count)")
            }
            try statement.fill(columns)
        }
        return (repeat (each sinks).values)
    }

    /// Runs statements separated by `;` in one round trip, in the text protocol, and gives one result a statement. As
    /// the first of a transaction it takes START TRANSACTION along.
    /// - Throws: ``DatabaseError`` of the first statement that failed; those after it were not run.
    package func script(_ sql: SQLText) throws -> [ScriptResult] {
        try checkReady()
        guard case .pending = transaction else { return try exchange(sql.text) }
        transaction = .open
        return Array(try exchange("START TRANSACTION;\n\(sql.text)").dropFirst())
    }

    /// Runs `sql` as ``script(_:)`` does and commits, in the same round trip. A statement that fails keeps COMMIT
    /// from being run. Nothing may follow in this transaction.
    /// - Throws: ``DatabaseError``; `outcomeUnknown` when the connection was lost meanwhile.
    package func commit(after sql: SQLText) throws -> [ScriptResult] {
        try checkReady()
        let statements = Self.withoutEnd(sql.text)
        guard !statements.isEmpty else {
            try commit()
            return []
        }
        // The line break ends a `--` comment, which would swallow the COMMIT.
        let text = "\(statements)\n;COMMIT"
        var results: [ScriptResult]
        switch transaction {
        case .pending:
            transaction = .open
            results = Array(try commitExchange("START TRANSACTION;\n\(text)").dropFirst())
        case .open:
            results = try commitExchange(text)
        case .none, .committed, .rolledBack, .uncertain:
            throw DatabaseError.misuse("there is no transaction to commit")
        }
        guard !link.isInTransaction else { throw DatabaseError.misuse("the script kept its COMMIT from being run") }
        transaction = .committed
        results.removeLast()
        return results
    }

    /// Without the semicolon that may end the last statement, after which one more statement would be empty.
    private static func withoutEnd(_ script: String) -> Substring {
        var rest = script[...]
        while let last = rest.last, last == ";" || last.isWhitespace { rest.removeLast() }
        return rest
    }

    /// Ends the transaction well, if anything was done in it and it has not been committed.
    /// - Throws: ``DatabaseError``; `outcomeUnknown` when the connection was lost meanwhile.
    func commit() throws {
        switch transaction {
        case .none, .committed: return
        case .pending: transaction = .committed
        case .rolledBack(let error), .uncertain(let error): throw error
        case .open:
            if let loss { throw loss }
            _ = try commitExchange("COMMIT")
            transaction = .committed
        }
    }

    /// Leaves the session as a unit of work expects to find it: no transaction open, nothing unread.
    func reset() {
        defer {
            transaction = .none
            lockTimedOut = false
        }
        guard loss == nil else { return }
        if case .open = transaction {} else if !link.isInTransaction { return }
        _ = try? exchange("ROLLBACK")
    }

    /// Whether a unit of work may be given this connection: the server has not hung up, and answers a ping when the
    /// connection sat idle for `interval`.
    func isAlive(pingAfter interval: Duration) -> Bool {
        guard loss == nil else { return false }
        guard link.isQuiet else { return lost(link.error) }
        guard idleTime >= interval else { return true }
        statistics.roundTrips.increment()
        lastExchange = .now
        return link.ping() || lost(link.error)
    }

    private func lost(_ error: DatabaseError) -> Bool {
        loss = error
        statistics.lostConnections.increment()
        return false
    }
}

// MARK: - Exchanges

extension Connection {
    /// Refuses what could only go wrong: everything a unit of work does passes here first.
    private func checkReady() throws {
        if case .uncertain(let error) = transaction { throw error }
        if let loss { throw loss }
        if isReading { throw DatabaseError.misuse("a result is being read from this connection") }
        switch transaction {
        case .committed: throw DatabaseError.misuse("the transaction has been committed")
        case .rolledBack(let error), .uncertain(let error): throw error
        case .none, .pending, .open: break
        }
    }

    /// Executes `sql` and reads its result with `body`.
    func reading<Value>(
        _ sql: String, _ parameters: [SQLValue], _ body: (Statement) throws -> Value
    ) throws -> Value {
        try checkReady()
        if case .pending = transaction {
            transaction = .open
            _ = try exchange("START TRANSACTION")
        }
        let statement = try executed(sql, parameters)
        isReading = true
        defer {
            statement.finish()
            isReading = false
        }
        do {
            return try body(statement)
        } catch let error as DatabaseError {
            throw noted(error)
        }
    }

    /// Executes `sql`, prepared now or before. A statement the server has forgotten, or whose table has been altered,
    /// is prepared again and executed once more; neither had any effect.
    private func executed(_ sql: String, _ parameters: [SQLValue]) throws(DatabaseError) -> Statement {
        var isSecond = false
        while true {
            do throws(DatabaseError) {
                let statement = try prepared(sql)
                guard statement.accepts(parameters) else {
                    throw DatabaseError.misuse("\(parameters.count) parameters are not what the statement takes")
                }
                beginExchange()
                statistics.queries.increment()
                try timed { () throws(DatabaseError) in try statement.execute(parameters) }
                return statement
            } catch {
                guard !isSecond, error.asksForPreparing || error.asksForFewerStatements else { throw noted(error) }
                if error.asksForFewerStatements { cache.removeAll() } else { cache.remove(sql) }
                isSecond = true
            }
        }
    }

    private func prepared(_ sql: String) throws(DatabaseError) -> Statement {
        if let statement = cache.statement(for: sql) { return statement }
        beginExchange()
        statistics.prepares.increment()
        let statement = try timed { () throws(DatabaseError) in try Statement(sql, on: link) }
        cache.insert(statement, for: sql)
        return statement
    }

    private func exchange(_ text: String) throws(DatabaseError) -> [ScriptResult] {
        beginExchange()
        statistics.queries.increment()
        do {
            return try timed { () throws(DatabaseError) in try link.script(text) }
        } catch {
            throw noted(error)
        }
    }

    /// As ``exchange(_:)``, where a lost connection leaves open whether the transaction was committed.
    private func commitExchange(_ text: String) throws(DatabaseError) -> [ScriptResult] {
        do {
            return try exchange(text)
        } catch  where loss != nil {
            let unknown = DatabaseError(
                kind: .outcomeUnknown, code: error.code, sqlState: error.sqlState, message: error.message)
            transaction = .uncertain(unknown)
            throw unknown
        }
    }

    private func beginExchange() {
        statistics.roundTrips.increment()
        lastExchange = .now
    }

    /// Runs an exchange that ``beginExchange()`` has begun, and tells who wants to know how long it took.
    private func timed<Value>(_ body: () throws(DatabaseError) -> Value) throws(DatabaseError) -> Value {
        defer { observe?(.now - lastExchange) }
        return try body()
    }

    /// Draws the consequences of an error: a connection that is no more, a transaction that is no more.
    private func noted(_ error: DatabaseError) -> DatabaseError {
        switch error.kind {
        case .deadlock:
            statistics.lockConflicts.increment()
            if case .open = transaction { transaction = .rolledBack(error) }
        case .lockTimeout:
            statistics.lockConflicts.increment()
            lockTimedOut = true
        default:
            if error.endsConnection, loss == nil { _ = lost(error) }
        }
        return error
    }
}
