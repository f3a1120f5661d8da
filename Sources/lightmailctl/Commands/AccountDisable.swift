import ArgumentParser
import LightMailCore

/// Stop an account: it can neither log in nor receive mail.
struct AccountDisable: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable", abstract: "Stop an account: it can neither log in nor receive mail.",
        discussion: "Its mail stays.")

    @OptionGroup var options: ControlOptions
    @ParentCommand var root: LightMailControl
    @Argument(help: "The account's address.") var address: String

    func run(on store: Store) async throws -> Report {
        let address = try EmailAddress(address)
        try await store.accounts.setActive(address, false)
        return Report(["disabled \(address)"], AccountRow(try await store.accounts.find(address)))
    }
}
