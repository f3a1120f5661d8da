// What statements that are not read row by row give back.

/// What an INSERT, UPDATE or DELETE did.
package struct ExecuteResult: Sendable, Equatable {
    /// Rows changed; an UPDATE that set what was there already does not count the row.
    package let affectedRows: UInt64
    /// The first AUTO_INCREMENT value the statement made, 0 when it made none.
    package let lastInsertID: UInt64
}

/// What one statement of a script gave: rows for a SELECT, the counters otherwise.
package struct ScriptResult: Sendable, Equatable {
    /// Every value is text or NULL; ``Row/Cell/uint64`` and ``Row/Cell/int64`` read decimal digits.
    package let rows: [Row]
    /// Rows changed; 0 for a SELECT.
    package let affectedRows: UInt64
    /// The first AUTO_INCREMENT value the statement made, 0 when it made none.
    package let lastInsertID: UInt64
}
