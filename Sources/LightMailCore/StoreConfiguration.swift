import MariaDBClient
import S3Client

/// All that opening the store needs.
package struct StoreConfiguration: Sendable {
    package var database: DatabaseConfiguration
    package var s3: S3Configuration
    /// Bodies read are kept on disk here; nil for no cache.
    package var cache: BodyCacheConfiguration?
    /// How many bytes of memory envelopes may take that were read lately; 0 for none.
    package var envelopeCacheBytes = 0
    /// Incoming messages are scanned so; nil for not at all.
    package var antivirus: AntivirusConfiguration?
    /// The events that are written into the outbox.
    package var webhookEvents: Set<WebhookEvent.Kind> = []
    /// The percentages of a quota at which `quota.warning` is told.
    package var quotaWarnings: [Int] = []
    /// Where messages over 256 KiB rest while they arrive.
    package var spoolDirectory: String
    /// How many passwords are checked at once.
    package var passwordVerifiers = 2
    /// bcrypt's cost for new passwords.
    package var passwordCost = 12
    /// For how long a proved password is remembered.
    package var passwordMemory: Duration = .seconds(300)
    /// How much clients may annotate.
    package var annotations = AnnotationLimits()
    /// PBKDF2's iterations for the SCRAM verifier of a new password; 0 for no verifier, and no SCRAM.
    package var scramIterations = 65_536
    /// What failed logins cost.
    package var logins = LoginRules()
    /// Where bearer tokens are checked; nil where they are not taken.
    package var introspection: IntrospectionConfiguration?
    /// How often the change feed is read.
    package var changeTick: Duration = .milliseconds(250)
    /// Whether the database's binary log is followed, so that changes are told before the next tick.
    package var followsBinlog = false
    /// How old an object without rows must be before the sweep takes it. A message that takes half as long to arrive is
    /// refused.
    package var orphanGrace: Duration = .seconds(86_400)

    package init(
        database: DatabaseConfiguration, s3: S3Configuration, cache: BodyCacheConfiguration?, spoolDirectory: String
    ) {
        self.database = database
        self.s3 = s3
        self.cache = cache
        self.spoolDirectory = spoolDirectory
    }
}
