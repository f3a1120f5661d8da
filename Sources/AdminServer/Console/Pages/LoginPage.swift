import Hummingbird
import LightMailCore
import LightMailDaemon

/// Logging in with a token, and out.
enum LoginPage {
    static func show(_ request: AdminRequest) async throws -> Answer {
        if try await request.service.session(of: request.request) != nil { return .redirect(to: "/console") }
        return try page(request, problem: nil)
    }

    static func logIn(_ request: AdminRequest) async throws -> Answer {
        // There is no session yet whose seal the form could carry; browsers say where it comes from.
        guard request.request.headers[named: "Sec-Fetch-Site"] != "cross-site" else {
            return try page(request, problem: "The form came from another site.", status: .forbidden)
        }
        let token = ConsoleForm(request.body)["token"] ?? ""
        do {
            guard let holder = try await request.service.gatekeeper.holder(of: token, from: request.context.client)
            else { return try page(request, problem: "The token is not known.", status: .unauthorized) }
            let session = request.service.seal.begin(holder, now: Timestamp.now.seconds)
            var answer = Answer.redirect(to: "/console")
            answer.headers[.setCookie] = request.service.cookie(session.cookie)
            return answer
        } catch {
            let problem = Problem(error)
            _ = request.service.refuse(error, request.context)
            return try page(request, problem: problem.detail, status: problem.status)
        }
    }

    static func logOut(_ console: ConsoleRequest) -> Answer {
        var answer = Answer.redirect(to: "/console/login")
        answer.headers[.setCookie] = console.request.service.cookie("")
        return answer
    }

    private static func page(
        _ request: AdminRequest, problem: String?, status: HTTPResponse.Status = .ok
    ) throws -> Answer {
        var values: Values = [:]
        values["problem"] = problem
        let body = try request.service.templates.render("login", values)
        return try request.service.document(title: "Log in", body: body, status: status, ["isLoggedIn": false])
    }
}
