import NIOCore
import Testing

@testable import LightMailDaemon

@Suite(.timeLimit(.minutes(1))) struct MetricsServerTests {
    private struct Down: Error {}

    private func open(_ daemon: TestDaemon) async throws -> Listener {
        try await daemon.context.listen(
            MetricsServer.specification(.tcp(host: "127.0.0.1", port: 0), in: daemon.context))
    }

    private func answer(_ listener: Listener, _ request: String) async throws -> String {
        let client = try await TestClient.connect(listener)
        try await client.send(request)
        return try await client.rest().replacing("\r\n", with: "\n")
    }

    private func get(_ listener: Listener, _ path: String) async throws -> String {
        try await answer(listener, "GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n")
    }

    @Test func metricsAreServed() async throws {
        let daemon = try TestDaemon()
        StoreMetrics.register(in: daemon.context)
        ProcessMetrics.register(in: daemon.context.metrics, kind: .imapd)
        daemon.context.metrics.counter("x_total", "X.").increment(by: 2)
        let text = try await get(try await open(daemon), "/metrics")
        #expect(text.hasPrefix("HTTP/1.1 200 OK\n"))
        #expect(text.contains("\nContent-Type: text/plain; version=0.0.4; charset=utf-8\n"))
        for line in [
            "x_total 2", "lightmail_s3_requests_total{operation=\"put\"} 0",
            "lightmail_s3_requests_total{operation=\"get\"} 0", "lightmail_mysql_round_trips_total 0",
            "lightmail_build_info{version=\"\(Release.version)\",daemon=\"imapd\"} 1",
        ] { #expect(text.contains("\n\(line)\n"), "\(line)") }
        #expect(text.contains("\nprocess_resident_memory_bytes "))
        try await daemon.end()
    }

    @Test func readinessIsProbed() async throws {
        let daemon = try TestDaemon()
        let listener = try await open(daemon)
        #expect(try await get(listener, "/ready").hasSuffix("\n\nready\n"))
        daemon.context.readiness.add("sound") {}
        daemon.context.readiness.add("database") { throw Down() }
        let text = try await get(listener, "/ready")
        #expect(text.hasPrefix("HTTP/1.1 503 "))
        #expect(text.hasSuffix("\n\ndatabase does not answer\n"))
        #expect(try await get(listener, "/health").hasPrefix("HTTP/1.1 200 "))
        #expect(try daemon.folder.read("log").contains("not ready"))
        try await daemon.end()
    }

    @Test func aStoreThatIsAwayIsNotReady() async throws {
        let daemon = try TestDaemon()
        StoreMetrics.register(in: daemon.context)
        let parts = await daemon.context.readiness.failures(limit: .seconds(30)).map(\.part)
        #expect(parts == ["database", "s3"])
        try await daemon.end()
    }

    @Test func aProbeThatHangsIsNotReady() async {
        let readiness = Readiness()
        readiness.add("slow") { try await Task.sleep(for: .seconds(3600)) }
        #expect(await readiness.failures(limit: .milliseconds(1)).map(\.part) == ["slow"])
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\r\nHost: x\r\n\r\n", "404"),
        ("GET /metrics?x=1 HTTP/1.1\r\nHost: x\r\n\r\n", "200"),
        ("HEAD /health HTTP/1.1\r\nHost: x\r\n\r\n", "200"),
        ("POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", "405"),
        ("GET /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello", "413"),
        ("GET /metrics HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", "413"),
        ("EHLO x\r\n\r\n", "400"),
    ])
    func requestsAreAnsweredOnceAndTheConnectionIsClosed(request: String, status: String) async throws {
        let daemon = try TestDaemon()
        let text = try await answer(try await open(daemon), request)
        #expect(text.hasPrefix("HTTP/1.1 \(status) "))
        #expect(text.split(separator: "HTTP/1.1").count == 1)
        if request.hasPrefix("HEAD") { #expect(text.hasSuffix("\n\n")) }
        try await daemon.end()
    }

    @Test(arguments: [
        String(repeating: "X-Y: " + String(repeating: "z", count: 4000) + "\r\n", count: 10),
        "X-Y: " + String(repeating: "z", count: 100_000), String(repeating: "A: b\r\n", count: 1000),
    ])
    func aHeadWithoutEndIsRefused(fields: String) async throws {
        let daemon = try TestDaemon()
        let listener = try await open(daemon)
        let client = try await TestClient.connect(listener)
        // The server may close while the rest is still on its way.
        try? await client.send("GET /metrics HTTP/1.1\r\n" + fields)
        let text = (try? await client.rest()) ?? ""
        #expect(text.isEmpty || text.hasPrefix("HTTP/1.1 4"))
        while daemon.context.sessions.count > 0 { await Task.yield() }
        try await daemon.end()
    }
}
