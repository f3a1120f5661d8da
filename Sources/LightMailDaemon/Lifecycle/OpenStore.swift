import LightMailCore
import MariaDBClient
import S3Client

extension StoreConfiguration {
    /// What the configuration says of the store.
    ///
    /// - Throws: `ConfigurationError` when the endpoint of S3 cannot be understood.
    package init(_ configuration: Configuration) throws(ConfigurationError) {
        let cache = configuration.cache
        let isCaching = !cache.directory.isEmpty && cache.maxBytes > 0
        self.init(
            database: DatabaseConfiguration(configuration.database), s3: try S3Configuration(configuration.s3),
            cache: isCaching
                ? BodyCacheConfiguration(directory: cache.directory, maximumBytes: UInt64(cache.maxBytes)) : nil,
            spoolDirectory: cache.spoolDirectory)
        envelopeCacheBytes = cache.envelopeBytes
        passwordVerifiers = configuration.auth.verifiers
        passwordCost = configuration.auth.bcryptCost
        passwordMemory = configuration.auth.cacheTime
        scramIterations = configuration.auth.scram ? configuration.auth.scramIterations : 0
        logins = LoginRules(configuration.auth)
        annotations.size = configuration.imap.metadataMaxSize
        annotations.count = configuration.imap.metadataMaxEntries
        annotations.total = configuration.imap.metadataMaxTotal
        introspection = configuration.oauth.introspection
        changeTick = configuration.notify.tick
        followsBinlog = configuration.notify.binlog
        orphanGrace = configuration.garbage.orphanGrace
        if configuration.webhook.enabled {
            webhookEvents = Set(configuration.webhook.events.compactMap(WebhookEvent.Kind.init(rawValue:)))
            quotaWarnings = configuration.webhook.quotaWarnings.compactMap { Int($0) }
        }
        antivirus = configuration.antivirus.enabled ? AntivirusConfiguration(configuration.antivirus) : nil
    }
}

extension AntivirusConfiguration {
    fileprivate init(_ section: AntivirusSection) {
        self.init(
            address: section.socket.isEmpty
                ? .tcp(host: section.host, port: UInt16(clamping: section.port)) : .unix(path: section.socket))
        treatment =
            switch section.mode {
            case .reject: .reject
            case .quarantine: .quarantine
            case .tag: .tag
            }
        isFailOpen = section.failOpen
        timeout = section.timeout
        maximumSize = UInt64(section.maxSize)
        refusesOversize = section.oversize == .reject
    }
}

extension DatabaseConfiguration {
    fileprivate init(_ section: DatabaseSection) {
        self.init(user: section.user, password: section.password.reveal(), database: section.database)
        host = section.host
        port = UInt16(clamping: section.port)
        socket = section.socket.isEmpty ? nil : section.socket
        poolSize = section.poolSize
        idleTimeout = section.poolIdleTimeout
        maxLifetime = section.poolMaxLifetime
        connectTimeout = section.connectTimeout
        tls =
            switch section.tls {
            case .disabled: .disabled
            case .preferred: .preferred
            case .required: .required(caFile: section.tlsCA.isEmpty ? nil : section.tlsCA)
            }
    }
}

extension S3Configuration {
    fileprivate init(_ section: S3Section) throws(ConfigurationError) {
        guard let endpoint = section.parsedEndpoint else {
            throw ConfigurationError([
                ConfigurationProblem(
                    origin: .whole(path: "configuration"), section: S3Section.name, key: "endpoint",
                    message: S3Section.endpointForm)
            ])
        }
        let token = section.sessionToken.reveal()
        self.init(
            endpoint: endpoint, bucket: section.bucket, region: section.region,
            credentials: S3Credentials(
                accessKey: section.accessKey.reveal(), secretKey: section.secretKey.reveal(),
                sessionToken: token.isEmpty ? nil : token),
            pathStyle: section.pathStyle,
            serverSideEncryption: section.serverSideEncryption.isEmpty ? nil : section.serverSideEncryption)
    }
}

extension S3Section {
    static let endpointForm = "it is neither HOST, HOST:PORT nor a URL with http:// or https:// and nothing behind them"

    /// Where the server is; nil when the text has not the form of an endpoint.
    var parsedEndpoint: S3Endpoint? {
        S3Endpoint(endpoint.isEmpty ? "s3.\(region).amazonaws.com" : endpoint, useTLS: useSSL)
    }
}
