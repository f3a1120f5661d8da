import ArgumentParser
import LightMailCore

/// Has events posted again that were given up.
struct WebhookRetry: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Try an event now, or all that were given up.",
        discussion: """
            Examples:
              lightmailctl webhook retry 4711
              lightmailctl webhook retry --all
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
        if let event { try await store.outbox.retry(event) } else { count = try await store.outbox.retryDead() }
        return Report(["\(count) to be tried again"], ["retried": count])
    }
}
