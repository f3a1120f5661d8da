import Logging
import NIOCore
import NIOSSL

/// What happens to a connection between accept(2) and its protocol: limits, the PROXY header, TLS, registration.
struct ConnectionAcceptor: Sendable {
    private let specification: ListenerSpecification
    private let sessions: SessionRegistry
    private let logger: Logger
    private let accepted: Counter
    private let open: Gauge
    private let refusedTotal: Counter
    private let refusedAddress: Counter
    private let badHeaders: Counter

    init(_ specification: ListenerSpecification, sessions: SessionRegistry, metrics: MetricsRegistry, logger: Logger) {
        self.specification = specification
        self.sessions = sessions
        self.logger = logger
        let listener = specification.name
        let refusals = (name: "lightmail_connections_refused_total", help: "Connections that were one too many.")
        accepted = metrics.counter(
            "lightmail_connections_total", "Connections accepted.", ["listener": listener])
        open = metrics.gauge("lightmail_connections", "Connections at this moment.", ["listener": listener])
        refusedTotal = metrics.counter(refusals.name, refusals.help, ["listener": listener, "limit": "total"])
        refusedAddress = metrics.counter(refusals.name, refusals.help, ["listener": listener, "limit": "address"])
        badHeaders = metrics.counter(
            "lightmail_proxy_failures_total", "Connections closed for a bad or late PROXY header.",
            ["listener": listener])
    }

    /// Called on the event loop of `channel`, before it is active.
    func accept(_ channel: Channel) -> EventLoopFuture<Void> {
        guard specification.limits.enter() else {
            refusedTotal.increment()
            return refuse(channel)
        }
        accepted.increment()
        open.increment()
        channel.closeFuture.whenComplete { [specification, open] _ in
            specification.limits.leave()
            open.decrement()
        }
        guard let peer = channel.remoteAddress.flatMap(IPAddress.init),
            specification.proxies.contains(where: { $0.contains(peer) })
        else {
            return begin(channel, local: channel.localAddress, remote: channel.remoteAddress)
        }
        return channel.eventLoop.makeCompletedFuture {
            let handler = ProxyProtocolHandler { result in
                switch result {
                case .success(let header):
                    return begin(
                        channel, local: header.endpoints?.destination ?? channel.localAddress,
                        remote: header.endpoints?.source ?? channel.remoteAddress)
                case .failure(let error):
                    badHeaders.increment()
                    logger.warning(
                        "closed a connection that a proxy began badly",
                        metadata: [
                            LogKey.listener: "\(specification.name)", "proxy": "\(peer)", LogKey.error: "\(error)",
                        ])
                    return channel.close()
                }
            }
            try channel.pipeline.syncOperations.addHandler(handler)
        }
    }

    /// Hands the connection to its protocol.
    private func begin(_ channel: Channel, local: SocketAddress?, remote: SocketAddress?) -> EventLoopFuture<Void> {
        var generator = SystemRandomNumberGenerator()
        let info = ConnectionInfo(
            sessionID: ConnectionInfo.makeSessionID(using: &generator), listener: specification.name, local: local,
            remote: remote, isTLS: specification.tls != nil)
        if let address = info.clientAddress {
            guard specification.limits.enter(address) else {
                refusedAddress.increment()
                return refuse(channel)
            }
            channel.closeFuture.whenComplete { [limits = specification.limits] _ in limits.leave(address) }
        }
        sessions.register(info.sessionID, channel: channel)
        do {
            if let tls = specification.tls {
                try channel.pipeline.syncOperations.addHandler(tls.makeHandler())
            }
        } catch {
            return channel.eventLoop.makeFailedFuture(error)
        }
        return specification.initialize(channel, info)
    }

    private func refuse(_ channel: Channel) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            let farewell = specification.tls == nil ? specification.refusal : []
            try channel.pipeline.syncOperations.addHandler(RefusalHandler(farewell))
        }
    }
}

/// Sends one farewell and closes, reading nothing.
private final class RefusalHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let farewell: [UInt8]

    init(_ farewell: [UInt8]) {
        self.farewell = farewell
    }

    func channelActive(context: ChannelHandlerContext) {
        if !farewell.isEmpty {
            context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(bytes: farewell)), promise: nil)
        }
        context.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}
}
