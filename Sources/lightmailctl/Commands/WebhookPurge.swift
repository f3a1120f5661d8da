import ArgumentParser
import LightMailCore

/// Forgets events.
struct WebhookPurge: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "purge", abstract: "Forget an event, or all that were given up.",
        discussion: """
            Examples:
              lightmailctl webhook purge 4711
              lightmailctl webhook purge --all
            """)

    @OptionGroup var options: ControlOptions
    @ParentCommand var root: LightMailControl
    @Argument(help: "The event's number.") var event: UInt64?
    @Flag(help: "All events that were given up.") var all = false

    func validate() throws {
        guard all != (event != nil) else { throw ValidationError("Give an event's number, or --all.") }
    }

    func run(on store: Store) async throws -> Report {
        var count = 1
        if let event { try await store.outbox.remove(event) } else { count = try await store.outbox.removeDead() }
        return Report(["\(count) forgotten"], ["deleted": count])
    }
}
