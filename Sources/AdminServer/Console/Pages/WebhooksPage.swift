import LightMailCore
import LightMailDaemon

/// Events that wait to be posted, and those that were given up.
enum WebhooksPage {
    private static let path = "/console/webhooks"
    private static let shown = 100

    static func show(_ console: ConsoleRequest) async throws -> Answer {
        let outbox = console.store.outbox
        let now = Timestamp.now.seconds
        let dead = try await outbox.letters(.dead, page: Page(limit: shown))
        let waiting = try await outbox.letters(.waiting, page: Page(limit: shown))
        return try console.page(
            "webhooks", title: "Webhooks", section: path,
            [
                "isEnabled": console.request.service.configuration.webhook.enabled,
                "url": console.request.service.configuration.webhook.url,
                "hasDead": !dead.isEmpty, "dead": dead.map { values($0, now) },
                "hasWaiting": !waiting.isEmpty, "waiting": waiting.map { values($0, now) },
                "shown": "\(shown)",
            ])
    }

    private static func values(_ letter: WebhookLetter, _ now: Int64) -> Values {
        [
            "id": "\(letter.id)", "event": letter.event, "age": Figure.age(max(now - letter.createdAt, 0)),
            "attempts": Figure.count(letter.attempts), "failure": letter.failure ?? "none yet",
            "due": letter.dueAt > now ? "in \(Figure.age(letter.dueAt - now))" : "now", "body": letter.body,
        ]
    }

    static func change(_ console: ConsoleRequest) async throws -> Answer {
        let outbox = console.store.outbox
        let id = console.form["id"].flatMap { UInt64($0) }
        switch (try console.form.text("action"), id) {
        case ("retry", let id?): try await outbox.retry(id)
        case ("remove", let id?): try await outbox.remove(id)
        case ("retry-all", nil): _ = try await outbox.retryDead()
        case ("remove-all", nil): _ = try await outbox.removeDead()
        default: throw Problem(.unprocessableContent, "there is no such action")
        }
        return console.done("changed", at: path)
    }
}
