import Hummingbird
import LightMailDaemon

/// Whether the daemon lives and can do its work; what else a watcher asks.
enum HealthRoutes {
    static var all: [Route] {
        [
            Route(.get, "/health", .open, health),
            Route(.get, "/live", .open, health),
            Route(.get, "/ready", .open, ready),
            Route(.get, "/metrics", .read, metrics),
            Route(.get, "/admin/health", .read, adminHealth),
        ]
    }

    private struct Status: Encodable {
        let status: String
    }

    private static func health(_ request: AdminRequest) -> Answer {
        .text("OK")
    }

    /// Names the parts that are not ready; why stands in the log.
    private static func ready(_ request: AdminRequest) async throws -> Answer {
        let context = request.service.context
        if context.isDraining { throw Problem(.serviceUnavailable, "draining") }
        let failures = await context.readiness.failures()
        guard failures.isEmpty else {
            throw Problem(
                .serviceUnavailable, failures.map { "\($0.part) does not answer" }.joined(separator: ", "))
        }
        return .text("ready")
    }

    private static func metrics(_ request: AdminRequest) -> Answer {
        .text(request.service.context.metrics.text(), type: "text/plain; version=0.0.4; charset=utf-8")
    }

    private static func adminHealth(_ request: AdminRequest) throws -> Answer {
        try .json(Status(status: "ok"))
    }
}
