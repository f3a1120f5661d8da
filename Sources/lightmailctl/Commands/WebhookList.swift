import ArgumentParser
import LightMailCore

/// Lists the events of the outbox.
struct WebhookList: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List events: number, event, state (waiting or dead), attempts, why the last failed.",
        discussion: "At most 1,000 are listed, the oldest first; --after goes on behind a number.")

    @OptionGroup var options: ControlOptions
    @ParentCommand var root: LightMailControl
    @Flag(help: "Only those that were given up.") var dead = false
    @Option(help: "Only events with a higher number.") var after: UInt64 = 0

    private struct Row: Encodable {
        let id: UInt64
        let event: String
        let state: String
        let attempts: Int
        let failure: String?
        let body: String
    }

    func run(on store: Store) async throws -> Report {
        let letters = try await store.outbox.letters(dead ? .dead : nil, page: Page(limit: 1000, after: after))
        let rows = letters.map {
            Row(
                id: $0.id, event: $0.event, state: $0.diedAt == nil ? "waiting" : "dead", attempts: $0.attempts,
                failure: $0.failure, body: $0.body)
        }
        return Report(
            rows.map { Report.line(["\($0.id)", $0.event, $0.state, "\($0.attempts)", $0.failure ?? "-"]) }, rows)
    }
}
