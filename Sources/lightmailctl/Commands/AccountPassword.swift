import ArgumentParser
import LightMailCore

/// Gives an account a new password.
struct AccountPassword: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "passwd", abstract: "Give an account a new password.",
        discussion: """
            The old password is refused from the next login on; sessions that are open stay open. Without --password \
            and --password-stdin the password is asked for on the terminal.
            """)

    @OptionGroup var options: ControlOptions
    @ParentCommand var root: LightMailControl
    @Argument(help: "The account's address.") var address: String
    @OptionGroup var password: PasswordOptions

    func run(on store: Store) async throws -> Report {
        let address = try EmailAddress(address)
        try await store.accounts.setPassword(address, password: try password.read())
        return Report(["changed the password of \(address)"], ["address": address.description])
    }
}
