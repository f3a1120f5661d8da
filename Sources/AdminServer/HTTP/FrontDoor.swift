import Hummingbird
import HummingbirdCore
import LightMailCore
import LightMailDaemon
import Logging
import NIOCore
import Spans

/// Takes connections from the daemon's listener, speaks HTTP on them, and leads each request to its route.
final class FrontDoor: Sendable {
    private let service: AdminService
    private let responder: RouterResponder<AdminContext>

    init(_ service: AdminService, routes: [Route]) {
        self.service = service
        let router = Router(context: AdminContext.self)
        router.add(middleware: Reception(service: service, table: RouteTable(routes)))
        for route in routes {
            let methods: [HTTPRequest.Method] = route.method == .get ? [.get, .head] : [route.method]
            for method in methods {
                router.on(RouterPath(route.path), method: method) { request, context in
                    try await Spans.run("api.\(route.method) \(route.path)", .server) {
                        try await service.perform(route, request, context).response
                    }
                }
            }
        }
        responder = router.buildResponder()
    }

    /// Adds HTTP to a connection. Called on the event loop of `channel`, with a TLS handler already in place.
    func initialize(_ channel: Channel, _ connection: ConnectionInfo) -> EventLoopFuture<Void> {
        let patience = TimeAmount.nanoseconds(
            service.section.current.sessionTimeout / .nanoseconds(1), whole: ())
        let http = HTTP1Channel(
            responder: { [self] request, writer, _ in try await respond(to: request, writer, connection) },
            configuration: HTTP1Channel.Configuration(
                idleTimeout: patience,
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: 16_384, maxHeaderListSize: 32_768, maxHeaderFieldCount: 100)))
        let logger = service.logger
        return channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(StalledWriteHandler(patience: patience))
        }.flatMap { http.setup(channel: channel, logger: logger) }.map { [service] connected in
            Task { await http.handle(value: connected, logger: logger) }
            // An idle connection is closed, another when its answer is written.
            service.context.sessions.onDrain(of: connection.sessionID) {
                channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
            }
        }
    }

    private func respond(
        to request: Request, _ writer: consuming ResponseWriter, _ connection: ConnectionInfo
    ) async throws {
        try await writer.writeContinue(request)
        let context = AdminContext(
            source: AdminContext.Source(connection: connection, logger: service.logger))
        var response = try await responder.respond(to: request, context: context)
        response.headers[.date] = Timestamp.now.http
        try await writer.write(response: response.head, body: response.body)
    }
}

extension TimeAmount {
    fileprivate static func nanoseconds(_ count: Double, whole: Void) -> TimeAmount {
        .nanoseconds(Int64(count))
    }
}

/// What happens to every request, whatever its path: limits, headers, errors as problems, the log.
struct Reception: RouterMiddleware {
    typealias Context = AdminContext

    let service: AdminService
    let table: RouteTable

    func handle(
        _ request: Request, context: AdminContext, next: (Request, AdminContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        var response: Response
        do {
            guard service.requestRate.take(context.client) else {
                throw Problem(
                    .tooManyRequests, "too many requests from this address",
                    headers: [.retryAfter: "\(service.requestRate.retryAfter)"])
            }
            response = try await next(request, context)
        } catch {
            response = service.refuse(wrongMethod(error, request) ?? error, context).response
        }
        response.headers[.xContentTypeOptions] = "nosniff"
        if !response.headers.contains(.cacheControl) { response.headers[.cacheControl] = "no-store" }
        if request.method == .head { response = response.createHeadResponse() }
        log(request, context, response, took: .now - start)
        return response
    }

    /// The router says "not found" of a path that has other methods too.
    private func wrongMethod(_ error: any Error, _ request: Request) -> Problem? {
        guard error is HTTPError, let allowed = table.allowed(at: request.uri.path) else { return nil }
        return Problem(.methodNotAllowed, "this path allows \(allowed)", headers: [.allow: allowed])
    }

    /// One line a request. Neither the query nor any field is in it: they may hold what is nobody's business.
    private func log(_ request: Request, _ context: AdminContext, _ response: Response, took duration: Duration) {
        let route = context.endpointPath ?? "NotFound"
        service.metrics.count(request.method, route: route, status: response.status, took: duration)
        var metadata = context.connection.metadata
        metadata["method"] = "\(LogText.escaped(request.method.rawValue, limit: 32))"
        metadata["path"] = "\(LogText.escaped(request.uri.path, limit: 256))"
        metadata["status"] = "\(response.status.code)"
        metadata["ms"] = "\(Int(duration / .milliseconds(1)))"
        service.logger.info("request", metadata: metadata)
    }
}

extension AdminService {
    /// What is answered to an error; what is our fault, or that of MySQL and S3, stands in the log.
    func refuse(_ error: any Error, _ context: AdminContext) -> Answer {
        let problem = Problem(error)
        if problem.status.code >= 500 {
            var metadata = context.connection.metadata
            metadata[LogKey.error] = "\(error)"
            logger.error("a request failed", metadata: metadata)
        }
        return problem.answer
    }

    /// Lets a request in, reads its body, and does what its route says.
    func perform(_ route: Route, _ request: Request, _ context: AdminContext) async throws -> Answer {
        var holder: Holder?
        switch route.access {
        case .open, .console: break
        case .read, .write:
            holder = try await gatekeeper.admit(
                request.headers[.authorization], for: route.access == .write ? .write : .read, from: context.client)
        }
        let admitted = AdminRequest(
            service: self, request: request, context: context, holder: holder,
            body: route.method == .get ? [] : try await body(of: request))
        if route.access == .write, let holder { record(holder, request, context) }
        guard route.method == .post, let holder else { return try await route.answer(admitted) }
        return try await once(admitted, holder) { try await route.answer(admitted) }
    }

    /// Who changes what stands in the log, by the name of the token.
    func record(_ holder: Holder, _ request: Request, _ context: AdminContext) {
        var metadata = context.connection.metadata
        metadata["token"] = "\(holder.name)"
        metadata["method"] = "\(request.method.rawValue)"
        metadata["path"] = "\(LogText.escaped(request.uri.path, limit: 256))"
        logger.notice("an administrator makes a change", metadata: metadata)
    }

    private func body(of request: Request) async throws -> [UInt8] {
        let limit = section.current.maxBodySize
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit {
            throw Problem(.contentTooLarge, "the body may have \(limit) bytes")
        }
        return Array(try await request.body.collect(upTo: limit).readableBytesView)
    }
}
