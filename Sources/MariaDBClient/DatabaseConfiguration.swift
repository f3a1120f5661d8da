// Where the database is, who we are there, and every bound a connection or a wait has.

/// How the connection to the server is protected.
package enum DatabaseTLS: Sendable, Equatable {
    /// Clear text.
    case disabled
    /// TLS where the server offers it, clear text otherwise; the certificate is not checked. Not used on a UNIX socket.
    case preferred
    /// TLS or no connection. With a file of CA certificates (PEM) the server's certificate and host name are checked
    /// too; without one the connection is encrypted, but the server is not authenticated.
    case required(caFile: String?)
}

/// Everything a ``ConnectionPool`` needs to know. Durations that libmariadb takes in seconds are rounded up.
package struct DatabaseConfiguration: Sendable {
    /// Host name or address; used when there is no ``socket``. Always reached over TCP, `localhost` too.
    package var host = "localhost"
    /// TCP port.
    package var port: UInt16 = 3306
    /// Path of the server's UNIX socket; takes precedence over host and port.
    package var socket: String?
    package var user: String
    /// Never logged and never part of an error.
    package var password: String
    package var database: String

    /// Connections at most, and as many threads; each is opened when work asks for it. At least 1.
    package var poolSize = 10
    /// Prepared statements kept a connection; the one unused longest is closed beyond that. At least 1.
    package var statementCacheSize = 128
    /// A connection that had no work for this long is closed.
    package var idleTimeout: Duration = .seconds(300)
    /// A connection older than this (less up to a tenth, at random) is replaced between two units of work.
    package var maxLifetime: Duration = .seconds(3600)
    /// A connection that sat idle for this long is pinged before it is used.
    package var healthCheckInterval: Duration = .seconds(30)

    /// For the TCP connection to be established.
    package var connectTimeout: Duration = .seconds(10)
    /// Without a byte from the server for this long while an answer is due, the connection counts as lost.
    package var readTimeout: Duration = .seconds(30)
    /// Without the server taking a byte for this long, the connection counts as lost.
    package var writeTimeout: Duration = .seconds(30)
    /// How long a statement waits for a row lock (`innodb_lock_wait_timeout`); keep it below ``readTimeout``.
    package var lockWaitTimeout: Duration = .seconds(10)
    /// How long a unit of work waits for a free connection before it fails with ``DatabaseError/Kind/timeout``.
    package var queueTimeout: Duration = .seconds(10)

    package var tls: DatabaseTLS = .preferred

    /// Told how long each exchange with the server took, on the thread that made it; nil measures nothing.
    package var observeExchange: (@Sendable (Duration) -> Void)?

    package init(user: String, password: String, database: String) {
        self.user = user
        self.password = password
        self.database = database
    }
}

extension DatabaseConfiguration: CustomStringConvertible {
    /// For logs: where and who, never the password.
    package var description: String {
        "\(user)@\(socket ?? "\(host):\(port)")/\(database)"
    }
}

extension DatabaseConfiguration: CustomReflectable, CustomDebugStringConvertible {
    package var debugDescription: String { description }

    /// Keeps the password out of `dump` and of string interpolation of a value that holds this one.
    package var customMirror: Mirror { Mirror(self, children: ["configuration": description]) }
}
