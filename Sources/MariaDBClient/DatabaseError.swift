// The one error of the database client. It holds the server's own message, which may quote an index's key or a name,
// but never a password and none of the parameters we bound.

package struct DatabaseError: Error, Equatable {
    /// What the caller can do about it.
    package enum Kind: Sendable, Equatable {
        /// No connection could be had, or it was lost before anything was made permanent. Try again later.
        case unavailable
        /// The unit of work waited ``DatabaseConfiguration/queueTimeout`` for a free connection and was never run.
        case timeout
        /// Chosen as the victim of a deadlock; the transaction was rolled back (and had been replayed once).
        case deadlock
        /// A row lock was not granted within ``DatabaseConfiguration/lockWaitTimeout``.
        case lockTimeout
        /// A unique or primary key exists already.
        case duplicateKey
        /// A foreign key, CHECK, NOT NULL or length constraint refused the row.
        case constraint
        /// The connection was lost while COMMIT was under way: the transaction may have happened or not.
        case outcomeUnknown
        /// Anything else: the statement, its use, or a value that does not fit what it is read as.
        case query
    }

    package let kind: Kind
    /// The server's or libmariadb's error number (2000 and up are the library's own); 0 for errors found by this client.
    package let code: UInt32
    /// Five characters of SQLSTATE.
    package let sqlState: String
    package let message: String

    package init(kind: Kind, code: UInt32 = 0, sqlState: String = "HY000", message: String) {
        self.kind = kind
        self.code = code
        self.sqlState = sqlState
        self.message = message
    }
}

extension DatabaseError: CustomStringConvertible {
    package var description: String {
        code == 0 ? "\(kind): \(message)" : "\(kind): \(message) (\(code), \(sqlState))"
    }
}
