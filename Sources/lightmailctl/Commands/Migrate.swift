import ArgumentParser
import LightMailCore

/// Brings the schema of the database forward.
struct Migrate: StoreCommand {
    static let configuration = CommandConfiguration(
        abstract: "Create the schema, or bring it to this release.",
        discussion: """
            Run it once before the daemons of a new release start. It takes a lock in the database, so it may be run on \
            several hosts at once, and does nothing when there is nothing to do.
            """)

    @OptionGroup var options: ControlOptions
    @ParentCommand var root: LightMailControl

    private struct Outcome: Encodable {
        let version: Int
        let applied: [String]
    }

    /// Any version will do, for mending that is what this is here for.
    mutating func run() async throws {
        try await withStore { try await run(on: $0) }
    }

    func run(on store: Store) async throws -> Report {
        let applied = try await Migrator(store.database).migrate()
        var lines = applied.map { "applied \($0.version) \($0.name)" }
        if lines.isEmpty { lines = ["nothing to do: the schema has version \(Migrator.newest)"] }
        return Report(lines, Outcome(version: Migrator.newest, applied: applied.map(\.name)))
    }
}
