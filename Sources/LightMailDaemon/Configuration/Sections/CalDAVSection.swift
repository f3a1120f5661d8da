package struct CalDAVSection: ConfigurationSection {
    package var bind = "0.0.0.0"
    package var port = 0
    package var enableSSL = true
    package var tlsCertificate = ""
    package var tlsKey = ""
    package var requireTLS = true
    package var maxConnections = 1000
    package var maxConnectionsPerAddress = 100
    package var sessionTimeout: Duration = .seconds(60)
    package var proxyProtocol = false

    package init() {}

    package static let name = "caldav"
    package static let purpose = "lightmail-apid: calendars for the programs of users (CalDAV)."
    package static var keys: [ConfigurationKey<Self>] {
        [
            .text("bind", \.bind, "Address to listen on; :: for IPv6 and IPv4."),
            .optionalPort("port", \.port, "Port to listen on, such as 8443; 0: no CalDAV."),
            .flag("enable_ssl", \.enableSSL, "Speak HTTPS and nothing else; needs tls_cert and tls_key."),
            .path("tls_cert", \.tlsCertificate, "Certificate chain (PEM).").reread,
            .path("tls_key", \.tlsKey, "Private key (PEM).").reread,
            .flag(
                "require_tls", \.requireTLS,
                "Refuse to log in without TLS, from this machine excepted; false where a proxy ends TLS."
            ).reread,
            .number("max_connections", \.maxConnections, in: 1...1_000_000, "Connections at once.").reread,
            .number(
                "max_connections_per_address", \.maxConnectionsPerAddress, in: 0...1_000_000,
                "Connections at once from one address, loopback excepted; 0: no such limit."
            ).reread,
            .seconds("session_timeout", \.sessionTimeout, in: 5...3600, "Seconds a client may be silent.").reread,
            .flag("proxy_protocol", \.proxyProtocol, "Expect PROXY headers from the networks of [proxy]."),
        ]
    }
}
