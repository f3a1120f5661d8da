import LightMailDaemon
import Testing

@testable import AdminServer

/// The OpenAPI document against the table of routes: neither has what the other lacks.
struct DocumentTests {
    /// `METHOD /path` of everything that the document describes. Its form is ours, so lines and their indentation will do.
    private var described: Set<String> {
        var path = ""
        var isPaths = false
        var found: Set<String> = []
        let methods: Set<Substring> = ["get", "post", "put", "patch", "delete", "head", "options", "trace"]
        for line in Document.openAPI.split(separator: "\n") {
            let indentation = line.prefix { $0 == " " }.count
            let word = line.dropFirst(indentation).prefix { $0 != ":" }
            if indentation == 0 { isPaths = word == "paths" }
            guard isPaths else { continue }
            if indentation == 2 { path = String(word) }
            if indentation == 4, methods.contains(word) { found.insert("\(word.uppercased()) \(path)") }
        }
        return found
    }

    @Test func everyRouteIsDescribedAndEveryDescriptionHasARoute() {
        let routes = Set(Route.api.map { "\($0.method.rawValue) \($0.path)" })
        #expect(routes.count == Route.api.count)
        #expect(routes.subtracting(described) == [])
        #expect(described.subtracting(routes) == [])
    }

    @Test func onlyTheConsoleCanBeLeftOut() {
        var section = APISection()
        let all = AdminAPI.routes(section).count
        section.console = false
        #expect(AdminAPI.routes(section).count == Route.api.count)
        #expect(all == Route.api.count + ConsoleRoutes.all.count)
    }

    /// What changes something wants a token that may write.
    @Test func methodsAndAccessAgree() {
        for route in Route.api where route.access != .open {
            #expect((route.method == .get) == (route.access == .read), "\(route.method) \(route.path)")
        }
        #expect(
            Set(Route.api.filter { $0.access == .open }.map(\.path)) == ["/health", "/live", "/ready", "/openapi.yaml"])
    }

    @Test(arguments: [
        ("/admin/accounts/5", "DELETE, GET, HEAD, PATCH, PUT"), ("/admin/accounts", "GET, HEAD, POST"),
        ("/admin//accounts/", "GET, HEAD, POST"), ("/admin/messages/5/copy", "POST"), ("/admin", nil), ("/", nil),
        ("/admin/accounts/5/6", nil),
    ])
    func aPathSaysWhatItAllows(_ path: String, _ allowed: String?) {
        #expect(RouteTable(Route.api).allowed(at: path) == allowed)
    }
}
