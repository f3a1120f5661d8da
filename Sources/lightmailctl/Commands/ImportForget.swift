import ArgumentParser
import LightMailCore

/// Forgets what was imported.
struct ImportForget: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "forget", abstract: "Forget what an account has imported: the next import takes everything again.",
        discussion: """
            Nothing of the account's mail changes. When a move is over this frees the rows that kept it from taking messages \
            twice, about 100 bytes each.
            """)

    @OptionGroup var options: ControlOptions
    @ParentCommand var root: LightMailControl
    @Argument(help: "The account's address.") var address: String

    private struct Outcome: Encodable {
        let forgotten: UInt64
    }

    func run(on store: Store) async throws -> Report {
        let account = try await store.accounts.find(try EmailAddress(address))
        let count = try await store.delivery.forgetImports(of: account.id)
        return Report(["forgot \(count) imported messages"], Outcome(forgotten: count))
    }
}
