import ArgumentParser
import LightMailCore

/// Removes a domain.
struct DomainRemove: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Remove a domain that has no account any more.",
        discussion: """
            A removed account counts until lightmail-gcd has collected its mail, so that it can be restored until then.
            """)

    @OptionGroup var options: ControlOptions
    @ParentCommand var root: LightMailControl
    @Argument(help: "The domain.") var name: String

    func run(on store: Store) async throws -> Report {
        let name = try DomainName(name)
        try await store.accounts.removeDomain(name)
        return Report(["removed domain \(name)"], ["domain": name.description])
    }
}
