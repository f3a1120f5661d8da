import LightMailCore
import LightMailDaemon

/// The sessions of accounts in all daemons, and the end of one.
enum SessionsPage {
    private static let path = "/console/sessions"
    private static let shown = 200

    static func show(_ console: ConsoleRequest) async throws -> Answer {
        let wanted = console.request.query("account") ?? ""
        var filter = SessionFilter()
        if !wanted.isEmpty {
            guard let address = try? EmailAddress(wanted) else { throw Problem(.badRequest, "account is no address") }
            filter.account = address
        }
        let now = Timestamp.now.seconds
        let sessions = try await console.store.presence.sessions(filter, page: Page(limit: shown))
        return try console.page(
            "sessions", title: "Sessions", section: path,
            [
                "account": wanted, "hasSessions": !sessions.isEmpty, "sessions": sessions.map { values($0, now) },
                "shown": "\(shown)",
            ])
    }

    private static func values(_ session: SessionRecord, _ now: Int64) -> Values {
        [
            "id": session.id, "account": session.username, "listener": session.listener,
            "client": session.client ?? "this host", "daemon": "lightmail-\(session.kind)", "host": session.host,
            "age": Figure.age(max(now - session.beganAt, 0)), "isEnding": session.isEnding,
        ]
    }

    static func disconnect(_ console: ConsoleRequest) async throws -> Answer {
        try await console.store.presence.disconnect(try console.form.text("id"))
        return console.done("ending", at: path)
    }
}
