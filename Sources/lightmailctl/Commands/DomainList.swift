import ArgumentParser
import LightMailCore

/// Lists the domains.
struct DomainList: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the domains: name, number of accounts.")

    @OptionGroup var options: ControlOptions
    @ParentCommand var root: LightMailControl

    private struct Row: Encodable {
        let domain: String
        let active: Bool
        let accounts: Int
    }

    func run(on store: Store) async throws -> Report {
        let domains = try await store.accounts.domains()
        return Report(
            domains.map { Report.line([$0.name, "\($0.accounts)"]) },
            domains.map { Row(domain: $0.name, active: $0.isActive, accounts: $0.accounts) })
    }
}
