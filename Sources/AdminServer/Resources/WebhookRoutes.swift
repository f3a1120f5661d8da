import Hummingbird
import LightMailCore
import LightMailDaemon

/// The outbox of the webhooks: what waits to be posted, and what was given up.
enum WebhookRoutes {
    static var all: [Route] {
        [
            Route(.get, "/admin/webhooks/events", .read, list),
            Route(.post, "/admin/webhooks/retry", .write, retryDead),
            Route(.get, "/admin/webhooks/events/{event_id}", .read, show),
            Route(.post, "/admin/webhooks/events/{event_id}/retry", .write, retry),
            Route(.delete, "/admin/webhooks/events/{event_id}", .write, remove),
        ]
    }

    private struct Item: Encodable {
        let id: UInt64
        let event: String
        /// As it is posted, but for the numbers that are added then.
        let body: String
        let createdAt: Timestamp
        let attempts: Int
        let dueAt: Timestamp
        @Nullable var failure: String?
        /// Null for one that still waits.
        @Nullable var diedAt: Timestamp?

        init(_ letter: WebhookLetter) {
            id = letter.id
            event = letter.event
            body = letter.body
            createdAt = Timestamp(letter.createdAt)
            attempts = letter.attempts
            dueAt = Timestamp(letter.dueAt)
            failure = letter.failure
            diedAt = letter.diedAt.map { Timestamp($0) }
        }
    }

    private struct Retried: Encodable {
        let retried: Int
    }

    private struct Removed: Encodable {
        let deleted = true
        let id: UInt64
    }

    private static func list(_ request: AdminRequest) async throws -> Answer {
        let state = try request.query("state").map { name in
            guard let state = WebhookLetters(rawValue: name) else {
                throw Problem(.badRequest, "state is waiting or dead")
            }
            return state
        }
        let paging = try Paging<UInt64>(request, limit: 50, keeping: ["state"])
        return try paging.answer(
            try await request.store.outbox.letters(state, page: paging.page), key: \.id, Item.init)
    }

    private static func show(_ request: AdminRequest) async throws -> Answer {
        try .json(Item(try await request.store.outbox.letter(try request.number("event_id"))))
    }

    private static func retryDead(_ request: AdminRequest) async throws -> Answer {
        try .json(Retried(retried: try await request.store.outbox.retryDead()))
    }

    private static func retry(_ request: AdminRequest) async throws -> Answer {
        try await request.store.outbox.retry(try request.number("event_id"))
        return try .json(Retried(retried: 1))
    }

    private static func remove(_ request: AdminRequest) async throws -> Answer {
        let id = try request.number("event_id")
        try await request.store.outbox.remove(id)
        return try .json(Removed(id: id))
    }
}
