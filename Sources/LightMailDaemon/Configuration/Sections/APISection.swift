package struct APISection: ConfigurationSection {
    package var bind = "127.0.0.1"
    package var port = 8080
    package var token = Secret()
    package var enableSSL = false
    package var tlsCertificate = ""
    package var tlsKey = ""
    package var console = true
    package var maxConnections = 200
    package var maxBodySize = 1_048_576
    package var sessionTimeout: Duration = .seconds(60)
    package var rateLimitWindow: Duration = .seconds(60)
    package var rateLimitRequests = 1200
    package var rateLimitFailures = 20
    package var proxyProtocol = false

    package init() {}

    package static let name = "api"
    package static let purpose = "lightmail-apid: the administrator's HTTP interface."
    package static var keys: [ConfigurationKey<Self>] {
        [
            .text("bind", \.bind, "Address to listen on; :: for IPv6 and IPv4."),
            .port("port", \.port, "Port to listen on."),
            .secret("token", \.token, "Bearer token of the administrator; lightmail-apid needs one."),
            .flag("enable_ssl", \.enableSSL, "Speak HTTPS and nothing else; needs tls_cert and tls_key."),
            .path("tls_cert", \.tlsCertificate, "Certificate chain (PEM).").reread,
            .path("tls_key", \.tlsKey, "Private key (PEM).").reread,
            .flag("console", \.console, "Serve the console, for browsers, at /console."),
            .number("max_connections", \.maxConnections, in: 1...100_000, "Connections at once.").reread,
            .number("max_body_size", \.maxBodySize, in: 1024...104_857_600, "Bytes a request's body may have.").reread,
            .seconds("session_timeout", \.sessionTimeout, in: 5...3600, "Seconds a client may be silent.").reread,
            .seconds("rate_limit_window_secs", \.rateLimitWindow, in: 1...3600, "Window of the two rates below.")
                .reread,
            .number(
                "rate_limit_requests", \.rateLimitRequests, in: 0...1_000_000,
                "Requests from one address in a window; 0: no limit."
            ).reread,
            .number(
                "rate_limit_failures", \.rateLimitFailures, in: 0...1_000_000,
                "Wrong tokens from one address in a window; 0: no limit."
            ).reread,
            .flag("proxy_protocol", \.proxyProtocol, "Expect PROXY headers from the networks of [proxy]."),
        ]
    }
}
