import Hummingbird

/// A route: what is asked for, what a token must allow, and what answers.
struct Route: Sendable {
    enum Access: Sendable {
        /// For everybody: no token is asked for.
        case open
        case read
        case write
        /// The console's own: it looks at its cookie itself.
        case console
    }

    let method: HTTPRequest.Method
    /// As in the OpenAPI document: `/admin/accounts/{account_id}`.
    let path: String
    let access: Access
    let answer: @Sendable (AdminRequest) async throws -> Answer

    init(
        _ method: HTTPRequest.Method, _ path: String, _ access: Access,
        _ answer: @escaping @Sendable (AdminRequest) async throws -> Answer
    ) {
        self.method = method
        self.path = path
        self.access = access
        self.answer = answer
    }

    /// Every route of the API.
    static var api: [Route] {
        [
            HealthRoutes.all, SystemRoutes.all, AccountRoutes.all, DomainRoutes.all, AliasRoutes.all,
            MailboxRoutes.all, MessageRoutes.all, DeletedRoutes.all, StatisticsRoutes.all, LoginRoutes.all,
            PresenceRoutes.all, WebhookRoutes.all, SendRoutes.all, CalendarRoutes.all, CalendarEventRoutes.all,
            DocumentRoutes.all,
        ].flatMap { $0 }
    }
}
