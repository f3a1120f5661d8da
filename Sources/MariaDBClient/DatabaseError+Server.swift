// What an error number of the server or of libmariadb means to a caller, and which of its words may be repeated.

import CMariaDB

extension DatabaseError {
    /// An error the server or the library reported. Its message is repeated without the values it quotes.
    init(code: UInt32, sqlState: String, serverMessage: String) {
        self.init(
            kind: Self.kind(code: code), code: code, sqlState: sqlState,
            message: Self.redacted(serverMessage, code: code))
    }

    /// A use of this client that cannot be right; nothing was sent.
    static func misuse(_ message: String) -> DatabaseError {
        DatabaseError(kind: .query, message: message)
    }

    /// Whether the connection cannot be used any more: it was lost, or what is on the wire is not known.
    var endsConnection: Bool {
        switch Int32(bitPattern: code) {
        case ER_SERVER_SHUTDOWN, ER_CONNECTION_KILLED, Self.clientInteractionTimeout: true
        case ER_OPTION_PREVENTS_STATEMENT, Self.readOnlyMode: true
        case CR_NEW_STMT_METADATA: false
        case CR_MIN_ERROR...CR_MAX_ERROR, CER_MIN_ERROR...CER_MAX_ERROR: true
        default: false
        }
    }

    /// Whether the statement has to be prepared again before it can run; it did not change anything.
    var asksForPreparing: Bool {
        switch Int32(bitPattern: code) {
        case ER_NEED_REPREPARE, ER_UNKNOWN_STMT_HANDLER, CR_NEW_STMT_METADATA: true
        default: false
        }
    }

    /// Whether the server has no room for another prepared statement.
    var asksForFewerStatements: Bool { code == UInt32(ER_MAX_PREPARED_STMT_COUNT_REACHED) }

    /// MySQL's ER_CLIENT_INTERACTION_TIMEOUT, which MariaDB's headers do not have.
    private static let clientInteractionTimeout: Int32 = 4031
    /// MySQL's ER_CHECK_CONSTRAINT_VIOLATED.
    private static let checkViolated: Int32 = 3819
    /// MySQL's ER_READ_ONLY_MODE: the server was demoted; another connection may reach its successor.
    private static let readOnlyMode: Int32 = 1836

    private static func kind(code: UInt32) -> Kind {
        switch Int32(bitPattern: code) {
        case ER_LOCK_DEADLOCK: .deadlock
        case ER_LOCK_WAIT_TIMEOUT: .lockTimeout
        case ER_DUP_ENTRY, ER_DUP_ENTRY_WITH_KEY_NAME, ER_DUP_UNKNOWN_IN_INDEX: .duplicateKey
        case ER_BAD_NULL_ERROR, ER_DATA_TOO_LONG, ER_NO_DEFAULT_FOR_FIELD, ER_WARN_DATA_OUT_OF_RANGE: .constraint
        case ER_ROW_IS_REFERENCED, ER_ROW_IS_REFERENCED_2, ER_NO_REFERENCED_ROW, ER_NO_REFERENCED_ROW_2: .constraint
        case ER_CONSTRAINT_FAILED, checkViolated: .constraint
        case ER_CON_COUNT_ERROR, ER_TOO_MANY_USER_CONNECTIONS, ER_USER_LIMIT_REACHED: .unavailable
        case ER_ACCESS_DENIED_ERROR, ER_DBACCESS_DENIED_ERROR, ER_BAD_DB_ERROR, ER_HOST_IS_BLOCKED: .unavailable
        case ER_HOST_NOT_PRIVILEGED, ER_HANDSHAKE_ERROR, ER_MAX_PREPARED_STMT_COUNT_REACHED: .unavailable
        case ER_SERVER_SHUTDOWN, ER_CONNECTION_KILLED, clientInteractionTimeout: .unavailable
        case ER_OPTION_PREVENTS_STATEMENT, readOnlyMode: .unavailable
        case CR_NEW_STMT_METADATA: .query
        case CR_MIN_ERROR...CR_MAX_ERROR, CER_MIN_ERROR...CER_MAX_ERROR: .unavailable
        default: .query
        }
    }

    /// The server quotes the offending value in `Duplicate entry 'x' for key 'k'` and its like, and our own SQL after
    /// `near`. What names a key or a column stays; what may come out of a mail or a password does not.
    static func redacted(_ message: String, code: UInt32) -> String {
        switch Int32(bitPattern: code) {
        case ER_PARSE_ERROR:
            guard let near = firstIndex(of: " near '", in: message) else { return message }
            return String(message[..<near])
        case ER_DUP_ENTRY, ER_DUP_ENTRY_WITH_KEY_NAME, ER_TRUNCATED_WRONG_VALUE,
            ER_TRUNCATED_WRONG_VALUE_FOR_FIELD, ER_WRONG_VALUE, ER_WRONG_VALUE_FOR_TYPE, ER_DATA_OUT_OF_RANGE:
            guard let start = message.firstIndex(of: "'") else { return message }
            guard let end = lastIndex(of: "' for ", in: message), end > start else {
                return message[..<start] + "'...'"
            }
            return message[..<start] + "'..." + message[end...]
        default:
            return message
        }
    }

    private static func firstIndex(of text: String, in message: String) -> String.Index? {
        message.indices.first { message[$0...].hasPrefix(text) }
    }

    private static func lastIndex(of text: String, in message: String) -> String.Index? {
        message.indices.last { message[$0...].hasPrefix(text) }
    }
}
