import ArgumentParser
import LightMailCore

/// Ends a token.
struct TokenRevoke: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "End a token; the next request that carries it is refused.")

    @OptionGroup var options: ControlOptions
    @ParentCommand var root: LightMailControl
    @Argument(help: "The token's name.") var name: String

    func run(on store: Store) async throws -> Report {
        try await store.tokens.revoke(name)
        return Report(["revoked token \(name)"], ["name": name])
    }
}
