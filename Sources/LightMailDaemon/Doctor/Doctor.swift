import LightMailCore
import Logging

/// Examines what the daemons of this host stand on, one part after another, and changes nothing but an object of its own.
///
/// It speaks to MySQL, S3, clamd and the smarthost as the daemons would, and looks at files and sockets as the user who
/// runs it: root sees all of them.
package struct Doctor: Sendable {
    private let path: String
    private let environment: [String: String]

    /// - Parameters:
    ///   - path: The configuration file.
    ///   - environment: Overrides keys, as for a daemon.
    package init(path: String, environment: [String: String]) {
        self.path = path
        self.environment = environment
    }

    /// Every finding, in the order of the parts. When the configuration cannot be read they are about nothing else.
    package func examine() async -> [Finding] {
        let check = ConfigurationCheck(path: path, environment: environment)
        let (findings, configuration) = check.run()
        guard let configuration else { return findings }
        return findings + FolderCheck(configuration).run() + CertificateCheck(configuration).run()
            + (await examineStore(configuration)) + SocketCheck(configuration).run() + PostfixCheck(configuration).run()
            + ScannerCheck(configuration).run() + SmarthostCheck(configuration).run() + ClockCheck().run()
    }

    private func examineStore(_ configuration: Configuration) async -> [Finding] {
        var parts: StoreConfiguration
        do throws(ConfigurationError) {
            parts = try StoreConfiguration(configuration)
        } catch {
            var findings = Findings("s3")
            findings.error("endpoint", "\(error)", advice: "Correct [s3] endpoint.")
            return findings.list
        }
        // The cache belongs to the daemons and their user.
        parts.cache = nil
        parts.database.poolSize = 1
        parts.database.connectTimeout = min(parts.database.connectTimeout, .seconds(5))
        var logger = Logger(label: "doctor")
        logger.logLevel = .critical
        let store = Store(parts, logger: logger)
        let database = await DatabaseCheck(store.database, section: configuration.database).run()
        let objects = await ObjectStoreCheck(store.s3).run()
        await store.shutdown()
        return database + objects
    }
}
