import Hummingbird
import LightMailDaemon

/// What Prometheus learns of requests.
struct AdminMetrics: Sendable {
    private let registry: MetricsRegistry
    private let seconds: Histogram

    init(_ registry: MetricsRegistry) {
        self.registry = registry
        seconds = registry.histogram(
            "lightmail_api_request_seconds", "From a request's head to the head of its answer.")
        registry.countOperations(seconds)
    }

    /// The methods that have a label of their own: a client can make up any number of others.
    private static let methods: Set<HTTPRequest.Method> = [.get, .head, .post, .put, .patch, .delete]

    /// - Parameter route: the pattern of the path, not the path: its numbers are for no label.
    func count(_ method: HTTPRequest.Method, route: String, status: HTTPResponse.Status, took duration: Duration) {
        registry.counter(
            "lightmail_api_requests_total", "Requests to the Admin API and its console.",
            [
                "method": Self.methods.contains(method) ? method.rawValue : "other", "route": route,
                "status": "\(status.code)",
            ]
        ).increment()
        seconds.observe(duration)
    }
}
