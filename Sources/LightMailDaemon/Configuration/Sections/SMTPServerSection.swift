package struct SMTPServerSection: ConfigurationSection {
    package var bind = "0.0.0.0"
    package var port = 25
    package var submissionPort = 587
    package var smtpsPort = 465
    package var enableSSL = false
    package var enableSTARTTLS = true
    package var tlsCertificate = ""
    package var tlsKey = ""
    package var enableAuth = true
    package var requireAuthSMTP = false
    package var requireAuthSubmission = true
    package var authRequireTLS = true
    package var maxMessageSize = 52_428_800
    package var maxConnections = 200
    package var maxConnectionsPerAddress = 50
    package var maxConnectionsPerUser = 20
    package var sessionTimeout: Duration = .seconds(300)
    package var proxyProtocol = false
    package var xclient = false

    package init() {}

    package static let name = "smtp_server"
    package static let purpose = "lightmail-smtpd: inbound SMTP and submission."
    package static var keys: [ConfigurationKey<Self>] {
        [
            .text("bind", \.bind, "Address to listen on; :: for IPv6 and IPv4."),
            .optionalPort("port", \.port, "Port of inbound SMTP; 0: none."),
            .optionalPort("submission_port", \.submissionPort, "Port of submission with STARTTLS; 0: none."),
            .optionalPort("smtps_port", \.smtpsPort, "Port of submission with TLS from the first byte; 0: none."),
            .flag("enable_ssl", \.enableSSL, "Listen on smtps_port; needs tls_cert and tls_key."),
            .flag("enable_starttls", \.enableSTARTTLS, "Offer STARTTLS where a certificate and a key are set.").reread,
            .path("tls_cert", \.tlsCertificate, "Certificate chain (PEM).").reread,
            .path("tls_key", \.tlsKey, "Private key (PEM).").reread,
            .flag("enable_auth", \.enableAuth, "Offer AUTH.").reread,
            .flag("require_auth_smtp", \.requireAuthSMTP, "Refuse mail on port without authentication."),
            .flag("require_auth_submission", \.requireAuthSubmission, "Refuse submission without authentication.")
                .reread,
            .flag("auth_require_tls", \.authRequireTLS, "Offer AUTH only under TLS.").reread,
            .number("max_message_size", \.maxMessageSize, in: 1024...2_147_483_647, "Bytes a message may have.").reread,
            .number("max_connections", \.maxConnections, in: 1...1_000_000, "Sessions at once.").reread,
            .number(
                "max_connections_per_address", \.maxConnectionsPerAddress, in: 0...1_000_000,
                "Sessions at once from one address, loopback excepted; 0: no such limit."
            ).reread,
            .number(
                "max_connections_per_user", \.maxConnectionsPerUser, in: 0...1_000_000,
                "Sessions at once that one account may have in a process; 0: no such limit."
            ).reread,
            .seconds("session_timeout", \.sessionTimeout, in: 10...86400, "Seconds a client may be silent.").reread,
            .flag("proxy_protocol", \.proxyProtocol, "Expect PROXY headers from the networks of [proxy]."),
            .flag("xclient", \.xclient, "Take XCLIENT from the networks of [proxy].").reread,
        ]
    }
}
