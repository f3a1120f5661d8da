// Takes connections from the daemon's listener, speaks HTTP on them, and leads each request to its method.

import Hummingbird
import HummingbirdCore
import LightMailCore
import LightMailDaemon
import Logging
import NIOCore
import Spans

/// What all requests of a process share.
final class DAVService: Sendable {
    let context: DaemonContext
    let authenticator: Authenticator
    let metrics: DAVMetrics
    /// As the configuration was last read.
    let section: Adjustable<CalDAVSection>

    var store: Store { context.store }
    var calendars: Calendars { context.store.calendars }
    var logger: Logger { context.logger }

    init(_ context: DaemonContext) {
        self.context = context
        section = context.adjustable(\.caldav)
        authenticator = Authenticator(context, service: "caldav")
        metrics = DAVMetrics(context.metrics)
    }

    /// Adds HTTP to a connection. Called on the event loop of `channel`, with a TLS handler already in place.
    func initialize(_ channel: Channel, _ connection: ConnectionInfo) -> EventLoopFuture<Void> {
        let session = DAVSession(self, connection)
        let seconds = Int64(section.current.sessionTimeout.components.seconds)
        let http = HTTP1Channel(
            responder: { [self] request, writer, channel in
                try await respond(to: request, writer, session, channel)
            },
            configuration: HTTP1Channel.Configuration(
                idleTimeout: .seconds(seconds),
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: 16_384, maxHeaderListSize: 32_768, maxHeaderFieldCount: 100)))
        return channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(StalledWriteHandler(patience: .seconds(seconds)))
        }.flatMap { [self] in http.setup(channel: channel, logger: logger) }.map { [self] connected in
            Task { await http.handle(value: connected, logger: logger) }
            // An idle connection is closed, another when its answer is written.
            context.sessions.onDrain(of: connection.sessionID) {
                channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
            }
        }
    }

    private func respond(
        to request: Request, _ writer: consuming ResponseWriter, _ session: DAVSession, _ channel: any Channel
    ) async throws {
        let start = ContinuousClock.now
        var answer: DAVAnswer
        try await writer.writeContinue(request)
        do {
            answer = try await Spans.run(
                "caldav.\(DAVMethod(request.method)?.rawValue ?? "other")", .server,
                ["lightmail.session": .string(session.connection.sessionID)]
            ) { try await perform(request, session) }
        } catch {
            answer = refuse(error, session)
        }
        answer.headers[.date] = Timestamp.now.http
        answer.headers[.xContentTypeOptions] = "nosniff"
        if !answer.headers.contains(.cacheControl) { answer.headers[.cacheControl] = "private, no-cache" }
        if answer.endsConnection { answer.headers[.connection] = "close" }
        log(request, session, answer.status, took: .now - start)
        var response = answer.response { [self] error in note(error, session) }
        if request.method == .head { response = response.createHeadResponse() }
        try await writer.write(response: response.head, body: response.body)
        if answer.endsConnection { channel.close(promise: nil) }
    }

    private func perform(_ request: Request, _ session: DAVSession) async throws -> DAVAnswer {
        let path = request.uri.path
        if path == "/.well-known/caldav" || path == "/.well-known/caldav/" {
            // RFC 6764 5
            return DAVAnswer(.movedPermanently, headers: [.location: DAVPlace.rootPath])
        }
        guard let place = DAVPlace(path: path) else { throw DAVProblem(.notFound, "there is no such path") }
        if request.method == .options { return Options.answer(place) }
        guard let method = DAVMethod(request.method), place.methods.contains(method) else {
            throw DAVProblem(
                .methodNotAllowed, "this path allows \(place.allow)", headers: [.allow: place.allow])
        }
        let account = try await session.admit(request.headers[.authorization])
        let admitted = DAVRequest(service: self, request: request, account: account, place: place)
        try admitted.requireOwnPlace()
        // RFC 4918 10.4: with no locks no state token holds, and what cannot be told does not hold either.
        guard admitted.header("If") == nil else { throw DAVProblem(.preconditionFailed, "If does not hold") }
        return try await method.answer(admitted)
    }

    /// What is answered to an error; what is our fault, or that of MySQL and S3, stands in the log.
    private func refuse(_ error: any Error, _ session: DAVSession) -> DAVAnswer {
        let problem = DAVProblem(error)
        if problem.status.code >= 500, problem.status != .insufficientStorage { note(error, session) }
        return problem.answer
    }

    private func note(_ error: any Error, _ session: DAVSession) {
        var metadata = session.connection.metadata
        metadata[LogKey.error] = "\(error)"
        logger.error("a request failed", metadata: metadata)
    }

    /// One line a request. Of the path only what kind of thing it names: names of calendars are nobody's business.
    private func log(
        _ request: Request, _ session: DAVSession, _ status: HTTPResponse.Status, took duration: Duration
    ) {
        metrics.count(request.method, status: status, took: duration)
        var metadata = session.connection.metadata
        metadata["method"] = "\(LogText.escaped(request.method.rawValue, limit: 32))"
        metadata["status"] = "\(status.code)"
        metadata["ms"] = "\(Int(duration / .milliseconds(1)))"
        logger.info("request", metadata: metadata)
    }
}

/// What Prometheus learns of requests.
struct DAVMetrics: Sendable {
    private let registry: MetricsRegistry
    private let seconds: Histogram

    init(_ registry: MetricsRegistry) {
        self.registry = registry
        seconds = registry.histogram(
            "lightmail_caldav_request_seconds", "From a request's head to the head of its answer.")
        registry.countOperations(seconds)
    }

    func count(_ method: HTTPRequest.Method, status: HTTPResponse.Status, took duration: Duration) {
        registry.counter(
            "lightmail_caldav_requests_total", "CalDAV requests.",
            // A client can make up any number of other methods.
            ["method": DAVMethod(method)?.rawValue ?? "other", "status": "\(status.code)"]
        ).increment()
        seconds.observe(duration)
    }
}
