package struct POP3Section: ConfigurationSection {
    package var bind = "0.0.0.0"
    package var port = 110
    package var sslPort = 995
    package var enableSSL = false
    package var tlsCertificate = ""
    package var tlsKey = ""
    package var tlsOnly = false
    package var maxConnections = 1000
    package var maxConnectionsPerAddress = 100
    package var maxConnectionsPerUser = 20
    package var bufferSize = 8192
    package var sessionTimeout: Duration = .seconds(600)
    package var loginDelay: Duration = .zero
    package var proxyProtocol = false

    package init() {}

    package static let name = "pop3"
    package static let purpose = "lightmail-pop3d."
    package static var keys: [ConfigurationKey<Self>] {
        [
            .text("bind", \.bind, "Address to listen on; :: for IPv6 and IPv4."),
            .optionalPort("port", \.port, "Port with STLS; 0: none."),
            .optionalPort("ssl_port", \.sslPort, "Port with TLS from the first byte; 0: none."),
            .flag("enable_ssl", \.enableSSL, "Offer TLS; needs tls_cert and tls_key."),
            .path("tls_cert", \.tlsCertificate, "Certificate chain (PEM).").reread,
            .path("tls_key", \.tlsKey, "Private key (PEM).").reread,
            .flag("tls_only", \.tlsOnly, "Refuse to log in without TLS."),
            .number("max_connections", \.maxConnections, in: 1...1_000_000, "Sessions at once.").reread,
            .number(
                "max_connections_per_address", \.maxConnectionsPerAddress, in: 0...1_000_000,
                "Sessions at once from one address, loopback excepted; 0: no such limit."
            ).reread,
            .number(
                "max_connections_per_user", \.maxConnectionsPerUser, in: 0...1_000_000,
                "Sessions at once that one account may have in a process; 0: no such limit."
            ).reread,
            .number("buffer_size", \.bufferSize, in: 1024...1_048_576, "Bytes read at once from a client."),
            .seconds("session_timeout", \.sessionTimeout, in: 60...86400, "Seconds a client may be silent.").reread,
            .seconds(
                "login_delay_seconds", \.loginDelay, in: 0...86400,
                "Seconds from one login of an account to the next, counted by each process; 0: no wait."
            ).reread,
            .flag("proxy_protocol", \.proxyProtocol, "Expect PROXY headers from the networks of [proxy]."),
        ]
    }
}
