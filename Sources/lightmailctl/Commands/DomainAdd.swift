import ArgumentParser
import LightMailCore

/// Makes a domain.
struct DomainAdd: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Make a domain, so that accounts and aliases can be in it.",
        discussion: "Example: lightmailctl domain add example.com")

    @OptionGroup var options: ControlOptions
    @ParentCommand var root: LightMailControl
    @Argument(help: "The domain, such as example.com.") var name: String

    func run(on store: Store) async throws -> Report {
        let name = try DomainName(name)
        try await store.accounts.addDomain(name)
        return Report(["added domain \(name)"], ["domain": name.description])
    }
}
