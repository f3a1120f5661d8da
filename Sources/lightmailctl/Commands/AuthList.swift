import ArgumentParser
import LightMailCore

/// Lists what is blocked after failed logins.
struct AuthList: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List what is blocked: account, network, failures, seconds left.",
        discussion: """
            A network without an account (-) is blocked for all accounts, save those whose owner has logged in from it \
            lately. An account without a network is blocked for all networks that its owner is not known in.
            """)

    @OptionGroup var options: ControlOptions
    @ParentCommand var root: LightMailControl
    @Flag(help: "Also what has failed and is not blocked.") var all = false

    private struct Row: Encodable {
        let account: String?
        let network: String?
        let failures: Int
        let blockedSeconds: Int
    }

    func run(on store: Store) async throws -> Report {
        let blocks = try await store.accounts.loginBlocks(all: all)
        return Report(
            blocks.map { Report.line([$0.account ?? "-", $0.network ?? "-", "\($0.failures)", "\($0.seconds)"]) },
            blocks.map {
                Row(account: $0.account, network: $0.network, failures: $0.failures, blockedSeconds: $0.seconds)
            })
    }
}
