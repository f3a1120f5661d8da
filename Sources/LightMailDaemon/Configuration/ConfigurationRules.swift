import LightMailCore

/// The rules that span several keys. They are checked once every single value is known to be good.
struct ConfigurationRules {
    private let configuration: Configuration
    private let path: String
    private let daemon: DaemonKind?

    init(_ configuration: Configuration, path: String, daemon: DaemonKind?) {
        self.configuration = configuration
        self.path = path
        self.daemon = daemon
    }

    func check() -> (errors: [ConfigurationProblem], warnings: [ConfigurationProblem]) {
        (tls + proxy + tokens + daemonRules + remaining, exampleValues + exposure)
    }

    private func problem(_ section: String, _ key: String, _ message: String) -> ConfigurationProblem {
        ConfigurationProblem(origin: .whole(path: path), section: section, key: key, message: message)
    }

    private var tls: [ConfigurationProblem] {
        var problems: [ConfigurationProblem] = []
        for pair in configuration.certificates {
            let (certificate, key) = (pair.certificate, pair.key)
            if pair.isEnabled, certificate.isEmpty || key.isEmpty {
                problems.append(problem(pair.section, "enable_ssl", "it needs tls_cert and tls_key"))
            } else if certificate.isEmpty != key.isEmpty {
                let missing = certificate.isEmpty ? "tls_cert" : "tls_key"
                problems.append(problem(pair.section, missing, "tls_cert and tls_key go together"))
            }
        }
        let (imap, pop3) = (configuration.imap, configuration.pop3)
        for (section, isOnly, isEnabled) in [
            ("imap", imap.tlsOnly, imap.enableSSL), ("pop3", pop3.tlsOnly, pop3.enableSSL),
        ]
        where isOnly && !isEnabled {
            problems.append(problem(section, "tls_only", "nobody could log in: enable_ssl is false"))
        }
        return problems
    }

    private var proxy: [ConfigurationProblem] {
        guard configuration.proxy.trustedNetworks.isEmpty else { return [] }
        return [
            ("imap", configuration.imap.proxyProtocol), ("pop3", configuration.pop3.proxyProtocol),
            ("smtp_server", configuration.smtpServer.proxyProtocol), ("api", configuration.api.proxyProtocol),
            ("caldav", configuration.caldav.proxyProtocol),
        ].filter(\.1).map { problem($0.0, "proxy_protocol", "it needs trusted_networks in [proxy]") }
            + (configuration.smtpServer.xclient
                ? [problem("smtp_server", "xclient", "it needs trusted_networks in [proxy]")] : [])
    }

    /// A token is a password while it lives.
    private var tokens: [ConfigurationProblem] {
        let url = configuration.oauth.introspectionURL
        guard !url.isEmpty else { return [] }
        var problems: [ConfigurationProblem] = []
        if !url.hasPrefix("https://"), !url.isLoopbackURL {
            problems.append(
                problem("oauth", "introspection_url", "it begins neither with https:// nor with this machine"))
        }
        if configuration.oauth.usernameClaim.isEmpty {
            problems.append(problem("oauth", "username_claim", "it is empty"))
        }
        return problems
    }

    /// What stops one daemon from working at all.
    private var daemonRules: [ConfigurationProblem] {
        guard let daemon else { return [] }
        return store + rules(of: daemon)
    }

    /// No daemon works without its database and its bucket.
    private var store: [ConfigurationProblem] {
        [
            ("database", "user", configuration.database.user.isEmpty),
            ("database", "database", configuration.database.database.isEmpty),
            ("s3", "bucket", configuration.s3.bucket.isEmpty),
            ("s3", "access_key", configuration.s3.accessKey.isEmpty && configuration.s3.secretKey.isEmpty),
            ("cache", "spool_directory", configuration.cache.spoolDirectory.isEmpty),
        ].filter(\.2).map { problem($0.0, $0.1, "it is empty") }
    }

    private func rules(of daemon: DaemonKind) -> [ConfigurationProblem] {
        switch daemon {
        case .imapd:
            let imap = configuration.imap
            let hasPort = imap.port != 0 || (imap.sslPort != 0 && imap.enableSSL)
            return hasPort ? [] : [problem("imap", "port", "there is no port left to listen on")]
        case .lmtpd:
            let lmtp = configuration.lmtp
            let hasListener = !lmtp.socket.isEmpty || lmtp.port != 0
            return hasListener ? [] : [problem("lmtp", "socket", "there is neither a socket nor a port to listen on")]
        case .apid:
            return configuration.api.token.isEmpty ? [problem("api", "token", "it is empty")] : []
        case .pop3d:
            let pop3 = configuration.pop3
            let hasPort = pop3.port != 0 || (pop3.sslPort != 0 && pop3.enableSSL)
            return hasPort ? [] : [problem("pop3", "port", "there is no port left to listen on")]
        case .smtpd:
            return smtpd
        case .gcd:
            return []
        }
    }

    private var smtpd: [ConfigurationProblem] {
        let section = configuration.smtpServer
        var problems: [ConfigurationProblem] = []
        if section.port == 0, section.submissionPort == 0, section.smtpsPort == 0 || !section.enableSSL {
            problems.append(problem("smtp_server", "port", "there is no port left to listen on"))
        }
        if !section.enableAuth, section.requireAuthSMTP || section.requireAuthSubmission {
            let key = section.requireAuthSMTP ? "require_auth_smtp" : "require_auth_submission"
            problems.append(problem("smtp_server", key, "enable_auth is false: nobody could send"))
        }
        return problems
    }

    private var remaining: [ConfigurationProblem] {
        var problems: [ConfigurationProblem] = []
        if configuration.webhook.enabled, configuration.webhook.url.isEmpty {
            problems.append(problem("webhook", "url", "it is empty, and enabled is true"))
        }
        let kinds = WebhookEvent.Kind.allCases.map(\.rawValue)
        for event in configuration.webhook.events where !kinds.contains(event) {
            let known = kinds.joined(separator: ", ")
            problems.append(problem("webhook", "events", "there is no event \(event); there are \(known)"))
        }
        for percentage in configuration.webhook.quotaWarnings {
            if let number = Int(percentage), (1...100).contains(number) { continue }
            problems.append(
                problem("webhook", "quota_warning_percent", "\(percentage) is not a number from 1 to 100"))
        }
        let endpoint = configuration.tracing.endpoint
        if !endpoint.isEmpty, !endpoint.hasPrefix("https://"), !endpoint.hasPrefix("http://") {
            problems.append(problem("tracing", "endpoint", "it begins neither with https:// nor with http://"))
        }
        if !configuration.tracing.token.isEmpty, !endpoint.hasPrefix("https://"), !endpoint.isLoopbackURL {
            problems.append(problem("tracing", "token", "it would travel unencrypted: endpoint is not https://"))
        }
        if configuration.s3.accessKey.isEmpty != configuration.s3.secretKey.isEmpty {
            let missing = configuration.s3.accessKey.isEmpty ? "access_key" : "secret_key"
            problems.append(problem("s3", missing, "access_key and secret_key go together"))
        }
        if configuration.s3.parsedEndpoint == nil {
            problems.append(problem("s3", "endpoint", S3Section.endpointForm))
        }
        if !configuration.database.tlsCA.isEmpty, configuration.database.tls != .required {
            problems.append(problem("database", "tls_ca", "it is of no use unless tls is required"))
        }
        if configuration.smtp.useSTARTTLS, configuration.smtp.useSMTPS {
            problems.append(problem("smtp", "use_smtps", "use_starttls is true as well: one of the two must go"))
        }
        return problems
    }

    /// Values that people copy from examples and forget to change.
    private var exampleValues: [ConfigurationProblem] {
        let examples: Set<String> = [
            "changeme", "change-me", "change_me", "example", "password", "secret", "minioadmin",
        ]
        let secrets = [
            ("database", "password", configuration.database.password), ("s3", "access_key", configuration.s3.accessKey),
            ("s3", "secret_key", configuration.s3.secretKey), ("smtp", "password", configuration.smtp.password),
            ("api", "token", configuration.api.token), ("webhook", "token", configuration.webhook.token),
            ("webhook", "secret", configuration.webhook.secret), ("tracing", "token", configuration.tracing.token),
        ]
        var warnings = secrets.filter { examples.contains($0.2.reveal().lowercased()) }
            .map { problem($0.0, $0.1, "it still has a value from an example") }
        if examples.contains(configuration.s3.bucket.lowercased()) {
            warnings.append(problem("s3", "bucket", "it still has a value from an example"))
        }
        return warnings
    }

    private var exposure: [ConfigurationProblem] {
        var warnings: [ConfigurationProblem] = []
        let lmtp = configuration.lmtp
        if lmtp.port != 0, IPAddress(lmtp.bind)?.isLoopback != true {
            warnings.append(problem("lmtp", "bind", "whoever reaches this address can deliver mail"))
        }
        let api = configuration.api
        if !api.enableSSL, IPAddress(api.bind)?.isLoopback != true {
            warnings.append(problem("api", "enable_ssl", "the administrator's token travels unencrypted"))
        }
        let caldav = configuration.caldav
        if caldav.port > 0, !caldav.enableSSL, !caldav.requireTLS, IPAddress(caldav.bind)?.isLoopback != true {
            warnings.append(problem("caldav", "require_tls", "passwords may travel unencrypted"))
        }
        if configuration.s3.endpoint.hasPrefix("http://"), !configuration.s3.endpoint.isLoopbackURL {
            warnings.append(problem("s3", "endpoint", "bodies of messages travel unencrypted"))
        }
        let smtp = configuration.smtp
        let isEncrypted = (smtp.useSTARTTLS || smtp.useSMTPS) && !smtp.autoTLSFallback
        if !smtp.username.isEmpty, !isEncrypted, IPAddress(smtp.host)?.isLoopback != true, smtp.host != "localhost" {
            warnings.append(problem("smtp", "username", "the password may travel unencrypted"))
        }
        let server = configuration.smtpServer
        if daemon == .smtpd, server.enableAuth, server.authRequireTLS, server.submissionPort > 0,
            server.tlsCertificate.isEmpty || !server.enableSTARTTLS
        {
            warnings.append(
                problem("smtp_server", "submission_port", "nobody can log in there: auth_require_tls without STARTTLS"))
        }
        return warnings
    }
}

extension Configuration {
    /// The certificate and key of each section that has them.
    var certificates: [(section: String, isEnabled: Bool, certificate: String, key: String)] {
        [
            ("imap", imap.enableSSL, imap.tlsCertificate, imap.tlsKey),
            ("pop3", pop3.enableSSL, pop3.tlsCertificate, pop3.tlsKey),
            ("smtp_server", smtpServer.enableSSL, smtpServer.tlsCertificate, smtpServer.tlsKey),
            ("api", api.enableSSL, api.tlsCertificate, api.tlsKey),
            // Without a port there is nothing to encrypt.
            ("caldav", caldav.enableSSL && caldav.port > 0, caldav.tlsCertificate, caldav.tlsKey),
        ]
    }
}

extension String {
    /// An http URL whose host is this machine.
    fileprivate var isLoopbackURL: Bool {
        ["http://127.", "http://localhost", "http://[::1]"].contains { hasPrefix($0) }
    }
}
