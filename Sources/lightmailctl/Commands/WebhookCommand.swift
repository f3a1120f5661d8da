import ArgumentParser

/// The group of subcommands about events that wait to be posted.
struct WebhookCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "webhook", abstract: "Events that wait to be posted, and those that were given up.",
        subcommands: [WebhookList.self, WebhookRetry.self, WebhookPurge.self])
}
