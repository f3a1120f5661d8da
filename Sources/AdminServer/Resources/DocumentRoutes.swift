import Hummingbird

/// The description of all this.
enum DocumentRoutes {
    static var all: [Route] {
        [Route(.get, "/openapi.yaml", .open, openAPI)]
    }

    private static func openAPI(_ request: AdminRequest) -> Answer {
        .text(Document.openAPI, type: "application/yaml")
    }
}
