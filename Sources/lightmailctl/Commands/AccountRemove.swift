import ArgumentParser
import LightMailCore

/// Removes an account.
struct AccountRemove: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Remove an account, the aliases that lead to it, and all its mail.",
        discussion: """
            The address is free at once. The mail rests for the time that [garbage] retention_seconds says; then \
            lightmail-gcd deletes it, down to the last object that nobody else shares.
            """)

    @OptionGroup var options: ControlOptions
    @ParentCommand var root: LightMailControl
    @Argument(help: "The account's address.") var address: String

    func run(on store: Store) async throws -> Report {
        let address = try EmailAddress(address)
        try await store.accounts.remove(address)
        return Report(["removed account \(address)"], ["address": address.description])
    }
}
