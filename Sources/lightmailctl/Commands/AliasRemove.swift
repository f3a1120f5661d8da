import ArgumentParser
import LightMailCore

/// Removes an alias.
struct AliasRemove: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Remove an alias, to one account or to all that it leads to.")

    @OptionGroup var options: ControlOptions
    @ParentCommand var root: LightMailControl
    @Argument(help: "The alias.") var alias: String
    @Argument(help: "The account that it shall not lead to any more; all of them without it.") var target: String?

    func run(on store: Store) async throws -> Report {
        try await store.accounts.removeAlias(alias, to: try target.map { try EmailAddress($0) })
        return Report(["removed alias \(alias)"], ["alias": alias])
    }
}
