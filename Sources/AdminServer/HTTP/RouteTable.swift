import Hummingbird

/// The routes by their paths: what a path would allow, for whoever came with another method.
struct RouteTable: Sendable {
    private let routes: [(parts: [Substring], method: HTTPRequest.Method)]

    init(_ routes: [Route]) {
        self.routes = routes.map { ($0.path.split(separator: "/"), $0.method) }
    }

    /// The methods of the routes whose pattern a path meets, as Allow has them (RFC 9110 10.2.1); nil when there is none.
    func allowed(at path: String) -> String? {
        let parts = path.split(separator: "/")
        var methods: Set<String> = []
        for route in routes where matches(parts, route.parts) {
            methods.insert(route.method.rawValue)
            // HEAD is what GET is, without the body (RFC 9110 9.3.2).
            if route.method == .get { methods.insert("HEAD") }
        }
        return methods.isEmpty ? nil : methods.sorted().joined(separator: ", ")
    }

    private func matches(_ path: [Substring], _ pattern: [Substring]) -> Bool {
        path.count == pattern.count && zip(path, pattern).allSatisfy { $1.first == "{" || $0 == $1 }
    }
}
