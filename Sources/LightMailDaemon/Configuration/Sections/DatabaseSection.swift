package struct DatabaseSection: ConfigurationSection {
    /// How the connection to the server is protected.
    package enum TLS: String, ConfigurationChoice {
        case disabled, preferred, required
    }

    package var host = "localhost"
    package var port = 3306
    package var socket = ""
    package var user = ""
    package var password = Secret()
    package var database = "maildb"
    package var poolSize = 10
    package var poolIdleTimeout: Duration = .seconds(300)
    package var poolMaxLifetime: Duration = .seconds(3600)
    package var connectTimeout: Duration = .seconds(10)
    package var tls = TLS.preferred
    package var tlsCA = ""

    package init() {}

    package static let name = "database"
    package static let purpose = "MySQL 8 or MariaDB 10.6 and later: everything but the bodies of messages."
    package static var keys: [ConfigurationKey<Self>] {
        [
            .text("host", \.host, "Host of the server; unused when socket is set."),
            .port("port", \.port, "TCP port of the server."),
            .path("socket", \.socket, "UNIX socket of the server; empty: TCP."),
            .text("user", \.user, "User to log in as."),
            .secret("password", \.password, "Password of that user."),
            .text("database", \.database, "Name of the database."),
            .number("pool_size", \.poolSize, in: 1...1000, "Connections a daemon keeps at most."),
            .seconds("pool_idle_timeout", \.poolIdleTimeout, in: 1...86400, "Seconds until an idle one is closed."),
            .seconds("pool_max_lifetime", \.poolMaxLifetime, in: 1...604800, "Seconds until any is replaced."),
            .seconds("connect_timeout", \.connectTimeout, in: 1...300, "Seconds to wait for a connection."),
            .choice("tls", \.tls, "disabled, preferred or required."),
            .path(
                "tls_ca", \.tlsCA,
                "Certificates (PEM) that the server's must chain to, for required; empty: any will do."),
        ]
    }
}
