import LightMailCore

package struct IMAPSection: ConfigurationSection {
    package var bind = "0.0.0.0"
    package var port = 143
    package var sslPort = 993
    package var enableSSL = false
    package var tlsCertificate = ""
    package var tlsKey = ""
    package var tlsOnly = false
    package var maxConnections = 1000
    package var maxConnectionsPerAddress = 100
    package var maxConnectionsPerUser = 100
    package var bufferSize = 8192
    package var sessionTimeout: Duration = .seconds(1800)
    package var writeTimeout: Duration = .seconds(300)
    package var idleHeartbeat: Duration = .seconds(120)
    package var loginTimeout: Duration = .seconds(120)
    package var maxFailedAttempts = 5
    package var rateLimitWindow: Duration = .seconds(10)
    package var rateLimitCommands = 50
    package var rateLimitAddressCommands = 500
    package var commandRate = 1000
    package var commandBurst = 10_000
    package var commandRatePerAddress = 10_000
    package var commandBurstPerAddress = 100_000
    package var floodTimeout: Duration = .seconds(60)
    package var maxMessageSize = 52_428_800
    package var compress = true
    package var unauthenticate = true
    package var proxyProtocol = false
    package var quotaAdministrators: [EmailAddress] = []
    package var metadataMaxSize = 65_536
    package var metadataMaxEntries = 100
    package var metadataMaxTotal = 10_485_760
    package var metadataComment = ""
    package var metadataAdmin = ""

    package init() {}

    package static let name = "imap"
    package static let purpose = "lightmail-imapd."
    package static var keys: [ConfigurationKey<Self>] {
        [
            .text("bind", \.bind, "Address to listen on; :: for IPv6 and IPv4."),
            .optionalPort("port", \.port, "Port with STARTTLS; 0: none."),
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
                "write_timeout", \.writeTimeout, in: 5...86400,
                "Seconds a client may take no byte of the answers that wait for it."
            ).reread,
            .seconds(
                "idle_heartbeat", \.idleHeartbeat, in: 0...3600,
                "Seconds in IDLE without news until a client is told that the server is still here; 0: never."
            ).reread,
            .seconds(
                "login_timeout", \.loginTimeout, in: 5...3600,
                "Seconds from the connection until a client has logged in."
            ).reread,
            .number("max_failed_attempts", \.maxFailedAttempts, in: 1...100, "Failed logins until the session ends.")
                .reread,
            .seconds("rate_limit_window_secs", \.rateLimitWindow, in: 1...3600, "Window of rate_limit_commands.")
                .reread,
            .number(
                "rate_limit_commands", \.rateLimitCommands, in: 0...1_000_000,
                "Commands in a window before login; 0: no limit."
            ).reread,
            .number(
                "rate_limit_address_commands", \.rateLimitAddressCommands, in: 0...1_000_000,
                "The same for all sessions of one address in a process, loopback excepted; 0: no limit."
            ).reread,
            .number(
                "command_rate", \.commandRate, in: 0...1_000_000,
                "Commands a second of a session after login; beyond them it is slowed. 0: no limit."
            ).reread,
            .number("command_burst", \.commandBurst, in: 1...10_000_000, "Commands it may send at once.").reread,
            .number(
                "command_rate_per_address", \.commandRatePerAddress, in: 0...1_000_000,
                "command_rate of all sessions of one address in a process, loopback excepted; 0: no limit."
            ).reread,
            .number(
                "command_burst_per_address", \.commandBurstPerAddress, in: 1...10_000_000,
                "Commands they may send at once."
            ).reread,
            .seconds(
                "flood_timeout", \.floodTimeout, in: 1...3600,
                "Seconds a session that is slowed may go on without waiting for answers, until it ends."
            ).reread,
            .number(
                "max_message_size", \.maxMessageSize, in: 1024...2_147_483_647, "Bytes a message may have in APPEND."
            ).reread,
            .flag("compress", \.compress, "Offer COMPRESS=DEFLATE; about 100 kB a session that uses it.").reread,
            .flag("unauthenticate", \.unauthenticate, "Offer UNAUTHENTICATE: a connection may log in again.").reread,
            .flag("proxy_protocol", \.proxyProtocol, "Expect PROXY headers from the networks of [proxy]."),
            .addresses(
                "quota_administrators", \.quotaAdministrators,
                "Accounts that see and set the quotas of the accounts of their own domain (QUOTASET)."
            ).reread,
            .number(
                "metadata_max_size", \.metadataMaxSize, in: 1024...131_072, "Bytes of one annotation (METADATA)."),
            .number(
                "metadata_max_entries", \.metadataMaxEntries, in: 10...10_000,
                "Annotations of a mailbox, and of the server for one account."),
            .number(
                "metadata_max_total", \.metadataMaxTotal, in: 65_536...1_073_741_824,
                "Bytes of all annotations of an account."),
            .text("metadata_comment", \.metadataComment, "What clients see as /shared/comment of the server."),
            .text(
                "metadata_admin", \.metadataAdmin,
                "What clients see as /shared/admin of the server: a URI such as mailto:postmaster@example.com."),
        ]
    }
}
