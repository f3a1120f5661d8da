import ArgumentParser
import LightMailCore

/// Let a disabled account log in and receive mail again.
struct AccountEnable: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "enable", abstract: "Let a disabled account log in and receive mail again.",
        discussion: "Its mail is as it was.")

    @OptionGroup var options: ControlOptions
    @ParentCommand var root: LightMailControl
    @Argument(help: "The account's address.") var address: String

    func run(on store: Store) async throws -> Report {
        let address = try EmailAddress(address)
        try await store.accounts.setActive(address, true)
        return Report(["enabled \(address)"], AccountRow(try await store.accounts.find(address)))
    }
}
