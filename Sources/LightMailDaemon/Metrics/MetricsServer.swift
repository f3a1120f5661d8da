import NIOCore
import NIOHTTP1

/// The HTTP listener for Prometheus and for health checks. It takes one small request a connection, and closes.
enum MetricsServer {
    /// Connections at once.
    private static let maximumConnections = 64
    /// From the connection to the end of the answer.
    static let timeLimit = TimeAmount.seconds(30)

    /// What a head may have. Of a body not one byte is taken.
    private static var headLimits: NIOHTTPDecoderLimitConfiguration {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = 8192
        limits.maxHeaderListSize = 16384
        limits.maxHeaderFieldCount = 64
        return limits
    }

    /// Opens the listener where the configuration asks for one.
    ///
    /// - Throws: `ListenerError`.
    static func open(in context: DaemonContext) async throws {
        let port = context.configuration.metrics.port(of: context.kind)
        guard port != 0 else { return }
        let endpoint = ListenerSpecification.Endpoint.tcp(host: context.configuration.metrics.bind, port: port)
        try await context.listen(specification(endpoint, in: context))
    }

    static func specification(
        _ endpoint: ListenerSpecification.Endpoint, in context: DaemonContext
    ) -> ListenerSpecification {
        let endpoints = HealthEndpoints(context: context)
        return ListenerSpecification(
            name: "metrics", endpoint: endpoint, limits: ConnectionLimits(maximum: maximumConnections)
        ) { channel, _ in
            channel.eventLoop.makeCompletedFuture {
                let decoder = HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes, limitConfiguration: headLimits)
                try channel.pipeline.syncOperations.addHandlers(
                    HTTPResponseEncoder(), ByteToMessageHandler(decoder), HTTPServerProtocolErrorHandler(),
                    MetricsHandler(endpoints))
            }
        }
    }
}

/// What each path answers.
struct HealthEndpoints: Sendable {
    struct Answer: Sendable {
        var status = HTTPResponseStatus.ok
        var type = "text/plain; charset=utf-8"
        var body = ""
    }

    let context: DaemonContext

    func answer(to head: HTTPRequestHead) async -> Answer {
        guard head.method == .GET || head.method == .HEAD else {
            return Answer(status: .methodNotAllowed, body: "only GET and HEAD\n")
        }
        switch head.uri.prefix(while: { $0 != "?" }) {
        case "/metrics":
            return Answer(type: "text/plain; version=0.0.4; charset=utf-8", body: context.metrics.text())
        case "/health":
            return Answer(body: "alive\n")
        case "/ready":
            return await ready()
        default:
            return Answer(status: .notFound, body: "try /metrics, /health or /ready\n")
        }
    }

    /// Names the parts that are not ready; why stands in the log.
    private func ready() async -> Answer {
        if context.isDraining { return Answer(status: .serviceUnavailable, body: "draining\n") }
        let failures = await context.readiness.failures()
        for failure in failures {
            context.logger.warning(
                "not ready", metadata: ["part": "\(failure.part)", LogKey.error: "\(failure.error)"])
        }
        guard !failures.isEmpty else { return Answer(body: "ready\n") }
        return Answer(
            status: .serviceUnavailable, body: failures.map { "\($0.part) does not answer\n" }.joined())
    }
}

private final class MetricsHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let endpoints: HealthEndpoints
    private var head: HTTPRequestHead?
    private var isAnswered = false
    private var timeout: Scheduled<Void>?

    init(_ endpoints: HealthEndpoints) {
        self.endpoints = endpoints
    }

    func channelActive(context: ChannelHandlerContext) {
        timeout = context.eventLoop.assumeIsolated().scheduleTask(in: MetricsServer.timeLimit) {
            context.close(promise: nil)
        }
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        timeout?.cancel()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isAnswered else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
        case .body:
            write(.init(status: .payloadTooLarge, body: "no body is wanted\n"), context: context)
        case .end:
            guard let head else { return }
            isAnswered = true
            let answer = context.eventLoop.makePromise(of: HealthEndpoints.Answer.self)
            answer.completeWithTask { [endpoints] in await endpoints.answer(to: head) }
            answer.futureResult.assumeIsolated().whenSuccess { self.write($0, context: context) }
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // A client that closes its side before its request is whole will never get an answer.
        if case ChannelEvent.inputClosed = event, !isAnswered { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func write(_ answer: HealthEndpoints.Answer, context: ChannelHandlerContext) {
        isAnswered = true
        guard let head, context.channel.isActive else { return }
        let body = context.channel.allocator.buffer(string: answer.body)
        var headers: HTTPHeaders = [
            "Content-Type": answer.type, "Content-Length": String(body.readableBytes), "Connection": "close",
            "Cache-Control": "no-store",
        ]
        if answer.status == .methodNotAllowed { headers.add(name: "Allow", value: "GET, HEAD") }
        context.write(
            wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: answer.status, headers: headers))),
            promise: nil)
        if head.method != .HEAD { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
        context.writeAndFlush(wrapOutboundOut(.end(nil))).assumeIsolated().whenComplete { _ in
            context.close(promise: nil)
        }
    }
}
