import ArgumentParser
import LightMailCore

/// Lists the aliases.
struct AliasList: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the aliases: alias, account.")

    @OptionGroup var options: ControlOptions
    @ParentCommand var root: LightMailControl

    func run(on store: Store) async throws -> Report {
        let aliases = try await store.accounts.aliases()
        return Report(
            aliases.map { Report.line([$0.address, $0.target]) },
            aliases.map { ["alias": $0.address, "target": $0.target] })
    }
}
