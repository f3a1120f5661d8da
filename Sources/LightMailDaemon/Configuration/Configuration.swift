/// Everything an operator can set: one section a property, each key at its default until something sets it.
package struct Configuration: Sendable, Equatable {
    package var system = SystemSection()
    package var database = DatabaseSection()
    package var s3 = S3Section()
    package var imap = IMAPSection()
    package var pop3 = POP3Section()
    package var lmtp = LMTPSection()
    package var smtpServer = SMTPServerSection()
    package var smtp = SMTPSection()
    package var api = APISection()
    package var caldav = CalDAVSection()
    package var antivirus = AntivirusSection()
    package var webhook = WebhookSection()
    package var garbage = GarbageSection()
    package var logging = LoggingSection()
    package var metrics = MetricsSection()
    package var tracing = TracingSection()
    package var cache = CacheSection()
    package var notify = NotifySection()
    package var auth = AuthSection()
    package var oauth = OAuthSection()
    package var proxy = ProxySection()

    /// What is allowed and still looks like a mistake. Daemons log it at start.
    package var warnings: [ConfigurationProblem] = []

    /// Every key at its default.
    package init() {}

    /// Where daemons look without `--config`.
    package static let defaultPath = "/etc/lightmail/config.ini"

    /// The table of every section and key there is.
    static var table: [SectionTable] {
        [
            SectionTable(\.system), SectionTable(\.database), SectionTable(\.s3), SectionTable(\.imap, of: .imapd),
            SectionTable(\.pop3, of: .pop3d), SectionTable(\.lmtp, of: .lmtpd),
            SectionTable(\.smtpServer, of: .smtpd), SectionTable(\.smtp), SectionTable(\.api, of: .apid),
            SectionTable(\.caldav, of: .apid), SectionTable(\.antivirus), SectionTable(\.webhook),
            SectionTable(\.garbage), SectionTable(\.logging), SectionTable(\.metrics),
            SectionTable(\.tracing), SectionTable(\.cache),
            SectionTable(\.notify), SectionTable(\.auth), SectionTable(\.oauth), SectionTable(\.proxy),
        ]
    }

    /// Reads a configuration file, with overrides from the environment and secrets from their files.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - environment: `LIGHTMAIL_SECTION_KEY` overrides a key; `CREDENTIALS_DIRECTORY` is where systemd puts secrets.
    ///   - daemon: Rules that only this daemon cares about are checked too; nil for lightmailctl.
    /// - Throws: `ConfigurationError` with every problem found.
    package static func load(
        path: String, environment: [String: String], daemon: DaemonKind? = nil
    ) throws(ConfigurationError) -> Configuration {
        var loader = ConfigurationLoader(path: path, environment: environment)
        return try loader.load(for: daemon)
    }

    /// The keys that `daemon` would take at its next start and does not while it runs, of those that have changed, as
    /// SECTION.KEY.
    func keysForNextStart(of daemon: DaemonKind, since other: Configuration) -> [String] {
        Configuration.table.filter { $0.owner == nil || $0.owner == daemon }.flatMap { section in
            section.keys.filter { !$0.isReread && !$0.isSame(self, other) }.map { "\(section.name).\($0.name)" }
        }
    }

    /// What `--check-config` prints: every section and key with the value in force; of a secret only whether it is set.
    package var summary: String {
        Configuration.table.map { section in
            let keys = section.keys.map { "\($0.name) = \($0.write(self))".trimmedAtEnd }
            return (["[\(section.name)]"] + keys).joined(separator: "\n") + "\n"
        }.joined(separator: "\n")
    }
}
