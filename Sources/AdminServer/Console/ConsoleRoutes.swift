import Hummingbird
import LightMailCore
import LightMailDaemon

/// The console: the Admin API for people, as pages that need no script.
enum ConsoleRoutes {
    static var all: [Route] {
        [
            asset("/console/console.css", "text/css; charset=utf-8", ConsoleAssets.consoleCSS),
            asset("/console/console.js", "text/javascript; charset=utf-8", ConsoleAssets.consoleJS),
            asset("/console/icon.svg", "image/svg+xml", ConsoleAssets.iconSVG),
            Route(.get, "/console/login", .console, LoginPage.show),
            Route(.post, "/console/login", .console, LoginPage.logIn),
            page(.post, "/console/logout", LoginPage.logOut, needs: .read),
            page(.get, "/console", DashboardPage.show),
            page(.get, "/console/domains", DomainsPage.show),
            page(.post, "/console/domains", DomainsPage.add),
            page(.post, "/console/domains/{domain_id}", DomainsPage.change),
            page(.get, "/console/accounts", AccountsPage.show),
            page(.post, "/console/accounts", AccountsPage.add),
            page(.get, "/console/accounts/{account_id}", AccountPage.show),
            page(.post, "/console/accounts/{account_id}", AccountPage.change),
            page(.get, "/console/mailboxes/{mailbox_id}", MailboxPage.show),
            page(.post, "/console/mailboxes/{mailbox_id}", MailboxPage.change),
            page(.get, "/console/messages/{message_id}", MessagePage.show),
            page(.post, "/console/messages/{message_id}", MessagePage.change),
            page(.get, "/console/messages/{message_id}/source", MessagePage.source),
            page(.get, "/console/deleted", DeletedPage.show),
            page(.get, "/console/blocked", BlockedPage.show),
            page(.post, "/console/blocked", BlockedPage.unblock),
            page(.get, "/console/sessions", SessionsPage.show),
            page(.post, "/console/sessions", SessionsPage.disconnect),
            page(.get, "/console/webhooks", WebhooksPage.show),
            page(.post, "/console/webhooks", WebhooksPage.change),
            page(.get, "/console/health", HealthPage.show),
        ]
    }

    private static func asset(_ path: String, _ type: String, _ text: String) -> Route {
        Route(.get, path, .console) { _ in
            var answer = Answer.text(text, type: type)
            answer.headers[.cacheControl] = "max-age=300"
            return answer
        }
    }

    /// A route for those who are logged in. A form must carry the session's seal, and its sender a token that may write.
    private static func page(
        _ method: HTTPRequest.Method, _ path: String,
        _ answer: @escaping @Sendable (ConsoleRequest) async throws -> Answer, needs scope: AccessScope? = nil
    ) -> Route {
        Route(method, path, .console) { request in
            guard let session = try await request.service.session(of: request.request) else {
                return .redirect(to: "/console/login")
            }
            let form = ConsoleForm(request.body)
            let console = ConsoleRequest(request: request, session: session, form: form)
            do {
                if method == .post {
                    guard request.service.seal.matches(session, form["seal"]) else {
                        throw Problem(.forbidden, "the form is too old; go back and load the page again")
                    }
                    guard session.holder.may(scope ?? .write) else {
                        throw Problem(.forbidden, "your token allows to look, not to change")
                    }
                    request.service.record(session.holder, request.request, request.context)
                }
                return try await answer(console)
            } catch {
                return try console.problem(error)
            }
        }
    }
}

extension ConsoleRequest {
    /// The page that says what went wrong.
    fileprivate func problem(_ error: any Error) throws -> Answer {
        let problem = Problem(error)
        _ = request.service.refuse(error, request.context)
        return try page(
            "problem", title: problem.status.reasonPhrase, section: "",
            ["title": problem.status.reasonPhrase, "detail": problem.detail], status: problem.status)
    }
}
