import ArgumentParser
import LightMailCore

/// Makes an alias.
struct AliasAdd: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Let an address lead to an account; several accounts may share one.",
        discussion: """
            An alias that begins with @ takes what its domain has neither an account nor an alias for.

            Examples:
              lightmailctl alias add postmaster@example.com user@example.com
              lightmailctl alias add @example.com user@example.com
            """)

    @OptionGroup var options: ControlOptions
    @ParentCommand var root: LightMailControl
    @Argument(help: "The alias: an address, or @domain.") var alias: String
    @Argument(help: "The account that gets the mail.") var target: String

    func run(on store: Store) async throws -> Report {
        let target = try EmailAddress(target)
        try await store.accounts.addAlias(alias, to: target)
        return Report(["added alias \(alias) to \(target)"], ["alias": alias, "target": target.description])
    }
}
