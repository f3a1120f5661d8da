// How a connection is made: timeouts, TLS, which authentication a server may ask for, and the state of the session.

import CMariaDB

extension ServerLink {
    /// Sets every option and connects.
    func connect(_ configuration: DatabaseConfiguration) throws(DatabaseError) {
        set(MYSQL_OPT_CONNECT_TIMEOUT, seconds(configuration.connectTimeout))
        set(MYSQL_OPT_READ_TIMEOUT, seconds(configuration.readTimeout))
        set(MYSQL_OPT_WRITE_TIMEOUT, seconds(configuration.writeTimeout))
        set(MYSQL_OPT_LOCAL_INFILE, UInt32(0))
        set(MYSQL_OPT_RECONNECT, my_bool(0))
        set(MYSQL_REPORT_DATA_TRUNCATION, my_bool(1))
        set(MYSQL_SET_CHARSET_NAME, "utf8mb4")
        // Whoever answers on the server's address must not get the password in clear, nor a prompt on our terminal.
        set(MARIADB_OPT_RESTRICTED_AUTH, Self.authentication)
        let transport = configuration.socket == nil ? MYSQL_PROTOCOL_TCP : MYSQL_PROTOCOL_SOCKET
        set(MYSQL_OPT_PROTOCOL, transport.rawValue)
        setTLS(configuration)

        let connected = mysql_real_connect(
            handle, configuration.socket == nil ? configuration.host : "localhost", configuration.user,
            configuration.password, configuration.database, UInt32(configuration.port), configuration.socket,
            UInt(CLIENT_MULTI_STATEMENTS))
        guard connected != nil else { throw error }
        if case .required = configuration.tls, mysql_get_ssl_cipher(handle) == nil {
            throw DatabaseError(kind: .unavailable, message: "TLS is required, but the server does not offer it")
        }
    }

    /// Everything a session's statements rely on, in one exchange. Only what MySQL 8.0 and MariaDB share.
    static func sessionSetup(_ configuration: DatabaseConfiguration) -> String {
        """
        SET NAMES utf8mb4, time_zone = '+00:00', \
        sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', \
        innodb_lock_wait_timeout = \(seconds(configuration.lockWaitTimeout)), autocommit = 1;\
        SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED
        """
    }

    private func setTLS(_ configuration: DatabaseConfiguration) {
        switch configuration.tls {
        case .disabled:
            set(MYSQL_OPT_SSL_ENFORCE, my_bool(0))
        case .preferred:
            set(MYSQL_OPT_SSL_ENFORCE, my_bool(configuration.socket == nil ? 1 : 0))
            set(MYSQL_OPT_SSL_VERIFY_SERVER_CERT, my_bool(0))
        case .required(let authorities):
            set(MYSQL_OPT_SSL_ENFORCE, my_bool(1))
            // Verification also makes libmariadb refuse a server without TLS before any credential is sent.
            set(MYSQL_OPT_SSL_VERIFY_SERVER_CERT, my_bool(authorities == nil ? 0 : 1))
            if let authorities { set(MYSQL_OPT_SSL_CA, authorities) }
        }
    }

    private static let authentication =
        "mysql_native_password,caching_sha2_password,sha256_password,client_ed25519,parsec"

    private func set<Value: BitwiseCopyable>(_ option: mysql_option, _ value: Value) {
        _ = withUnsafePointer(to: value) { mysql_options(handle, option, $0) }
    }

    private func set(_ option: mysql_option, _ value: String) {
        _ = value.withCString { mysql_options(handle, option, $0) }
    }
}

/// Whole seconds for libmariadb and the server, rounded up; at least 1, because 0 means for ever.
private func seconds(_ duration: Duration) -> UInt32 {
    let (seconds, attoseconds) = duration.components
    return UInt32(clamping: max(1, seconds + (attoseconds > 0 ? 1 : 0)))
}
