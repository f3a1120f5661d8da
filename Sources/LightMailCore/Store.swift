import Logging
import MariaDBClient
import S3Client

/// The mail store: everything that outlives a session. Opening it connects to nothing.
package final class Store: Sendable {
    package let database: ConnectionPool
    package let s3: S3Client
    package let objects: ObjectStore
    package let changes: ChangeFeed
    package let accounts: Accounts
    package let quotas: Quotas
    /// Nil where bearer tokens are not taken.
    package let introspector: TokenIntrospector?
    package let mailboxes: Mailboxes
    package let access: MailboxAccess
    package let annotations: Annotations
    package let calendars: Calendars
    package let messages: Messages
    package let indexes: MailboxIndexCache
    package let delivery: Delivery
    package let relays: Relays
    /// Nil where messages are not scanned.
    package let scanner: Scanner?
    package let outbox: WebhookOutbox
    package let administration: Administration
    package let tokens: AccessTokens
    package let requests: RepeatedRequests
    package let presence: Presence
    package let samples: Samples

    /// - Parameter milliseconds: the clock: milliseconds since 1970.
    package init(
        _ configuration: StoreConfiguration, logger: Logger,
        milliseconds: @escaping @Sendable () -> UInt64 = UUIDv7Generator.wallClock
    ) {
        let database = ConnectionPool(configuration: configuration.database, logger: logger)
        let engine = TransferEngine()
        let s3 = S3Client(configuration.s3, engine: engine, logger: logger)
        let objects = ObjectStore(
            s3: s3, cache: configuration.cache, spoolDirectory: configuration.spoolDirectory,
            ids: UUIDv7Generator(clock: milliseconds), logger: logger)
        let changes = ChangeFeed(
            database: database, tick: configuration.changeTick, followsBinlog: configuration.followsBinlog,
            logger: logger)
        let seconds: @Sendable () -> Int64 = { Int64(milliseconds() / 1000) }
        let scanner = configuration.antivirus.map { Scanner($0, logger: logger) }
        self.database = database
        self.s3 = s3
        self.objects = objects
        self.changes = changes
        self.scanner = scanner
        let outbox = WebhookOutbox(
            database: database, wanted: configuration.webhookEvents, warnings: configuration.quotaWarnings,
            now: seconds, logger: logger)
        self.outbox = outbox
        accounts = Accounts(
            database: database,
            passwords: PasswordVerifier(
                parallelism: configuration.passwordVerifiers, cost: configuration.passwordCost,
                remembered: configuration.passwordMemory, scramIterations: configuration.scramIterations),
            rules: Adjustable(configuration.logins), saltSecret: SharedSecret("scram-salt", database: database),
            now: seconds, outbox: outbox)
        quotas = Quotas(database: database)
        introspector = configuration.introspection.map { TokenIntrospector($0, engine: engine, now: seconds) }
        mailboxes = Mailboxes(database: database, changes: changes, now: seconds)
        access = MailboxAccess(database: database, changes: changes)
        annotations = Annotations(database: database, changes: changes, limits: configuration.annotations)
        calendars = Calendars(database: database, objects: objects)
        messages = Messages(
            database: database, objects: objects, changes: changes, outbox: outbox,
            envelopeCache: EnvelopeCache(maximumBytes: configuration.envelopeCacheBytes))
        indexes = MailboxIndexCache(database: database)
        relays = Relays(database: database)
        delivery = Delivery(
            objects: objects, changes: changes, queue: PostQueue(database: database, outbox: outbox),
            mailboxes: mailboxes,
            scanner: scanner, logger: logger,
            patience: UInt64(configuration.orphanGrace.components.seconds) * 500, now: milliseconds)
        administration = Administration(database: database, changes: changes, now: seconds)
        tokens = AccessTokens(database: database)
        requests = RepeatedRequests(database: database)
        presence = Presence(database: database)
        samples = Samples(database: database, now: UUIDv7Generator.wallClock)
    }

    /// Begins to read the change feed.
    package func start() {
        changes.start()
    }

    /// Ends everything; what still waits fails as unavailable.
    package func shutdown() async {
        await changes.stop()
        await database.shutdown()
        await s3.shutdown()
    }

    /// Asks MySQL and S3 whether they answer.
    ///
    /// - Throws: `StoreError` unavailable.
    package func probe() async throws(StoreError) {
        try await mapped {
            _ = try await database.read { try $0.script("SELECT 1") }
            try await s3.headBucket()
        }
    }
}
