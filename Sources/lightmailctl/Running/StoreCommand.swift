import ArgumentParser
import LightMailCore
import LightMailDaemon
import Logging

/// A subcommand that works on the store.
protocol StoreCommand: AsyncParsableCommand {
    var options: ControlOptions { get }
    var root: LightMailControl { get }

    /// Does the work.
    ///
    /// - Returns: what to print.
    func run(on store: Store) async throws -> Report
}

extension StoreCommand {
    mutating func run() async throws {
        try await withStore { store in
            // A table that is missing would be reported as a defect; say what to do instead.
            let version = try await Migrator(store.database).version()
            guard version == Migrator.newest else {
                throw Failure(
                    .configuration,
                    "the database's schema has version \(version), this program needs \(Migrator.newest): "
                        + (version < Migrator.newest ? "run lightmailctl migrate" : "use a newer release"))
            }
            return try await run(on: store)
        }
    }

    /// Opens the store, runs `body`, prints its report, and closes the store again.
    func withStore(_ body: (Store) async throws -> Report) async throws {
        var configuration = try StoreConfiguration(options.configuration(or: root.options))
        // The cache belongs to the daemons and their user.
        configuration.cache = nil
        configuration.database.poolSize = 1
        // What goes wrong is told once, by the error that ends the command.
        var logger = Logger(label: "lightmailctl")
        logger.logLevel = .critical
        let store = Store(configuration, logger: logger)
        let outcome: Result<Report, any Error>
        do {
            outcome = .success(try await body(store))
        } catch {
            outcome = .failure(error)
        }
        await store.shutdown()
        try outcome.get().print(asJSON: options.json || root.options.json)
    }
}
