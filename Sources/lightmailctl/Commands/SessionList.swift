import ArgumentParser
import LightMailCore

/// Lists sessions of accounts.
struct SessionList: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List sessions: id, account, client, listener, daemon, host.",
        discussion: """
            At most 1,000 are listed, by id; --after goes on behind one. What daemons tell of their sessions is a few \
            seconds old.
            """)

    @OptionGroup var options: ControlOptions
    @ParentCommand var root: LightMailControl
    @Option(help: "Only those of this account.") var account: String?
    @Option(help: "Only those behind this id.") var after: String?

    private struct Row: Encodable {
        let id: String
        let account: String
        let client: String?
        let listener: String
        let daemon: String
        let host: String
        let beganAt: Int64
        let ending: Bool
    }

    func run(on store: Store) async throws -> Report {
        let filter = SessionFilter(account: try account.map { try EmailAddress($0) })
        let rows = try await store.presence.sessions(filter, page: Page(limit: 1000, after: after)).map {
            Row(
                id: $0.id, account: $0.username, client: $0.client, listener: $0.listener, daemon: $0.kind,
                host: $0.host,
                beganAt: $0.beganAt, ending: $0.isEnding)
        }
        return Report(
            rows.map { Report.line([$0.id, $0.account, $0.client ?? "-", $0.listener, $0.daemon, $0.host]) }, rows)
    }
}
