import NIOCore

/// Reads the PROXY header at the beginning of a connection, has the rest of the pipeline built for the client that it
/// names, hands over what was received behind it, and goes away.
///
/// Until then the connection is not active for anybody: `channelActive` is held back for the handlers to come.
final class ProxyProtocolHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    /// A proxy sends its header before anything else.
    static let timeLimit = TimeAmount.seconds(5)

    private enum State {
        case reading
        /// The rest of the pipeline is being built.
        case building
        case done
    }

    private let complete: (Result<ProxyHeader, ProxyHeader.Failure>) -> EventLoopFuture<Void>
    private var state = State.reading
    private var received = ByteBuffer()
    private var timeout: Scheduled<Void>?

    /// - Parameter complete: Called once, on the event loop. For a header it builds the pipeline behind this handler; for
    ///   a failure it closes the connection.
    init(complete: @escaping (Result<ProxyHeader, ProxyHeader.Failure>) -> EventLoopFuture<Void>) {
        self.complete = complete
    }

    func handlerAdded(context: ChannelHandlerContext) {
        timeout = context.eventLoop.assumeIsolated().scheduleTask(in: ProxyProtocolHandler.timeLimit) {
            self.fail(.timeout)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timeout?.cancel()
    }

    func channelActive(context: ChannelHandlerContext) {}

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        guard case .reading = state else {
            // While the pipeline is built, reads are few: the protocol has not asked for any.
            if case .building = state { received.writeBuffer(&bytes) }
            return
        }
        received.writeBuffer(&bytes)
        do throws(ProxyHeader.Failure) {
            guard let header = try ProxyHeader.read(from: &received) else { return }
            build(header, context: context)
        } catch {
            fail(error)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {}

    func channelInactive(context: ChannelHandlerContext) {
        fail(.incomplete)
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event { fail(.incomplete) }
        context.fireUserInboundEventTriggered(event)
    }

    private func build(_ header: ProxyHeader, context: ChannelHandlerContext) {
        state = .building
        timeout?.cancel()
        complete(.success(header)).hop(to: context.eventLoop).assumeIsolated().whenComplete { result in
            self.state = .done
            guard case .success = result, context.channel.isActive else {
                context.close(promise: nil)
                return
            }
            context.fireChannelActive()
            if self.received.readableBytes > 0 {
                context.fireChannelRead(self.wrapInboundOut(self.received))
                context.fireChannelReadComplete()
            }
            self.received = ByteBuffer()
            context.pipeline.syncOperations.removeHandler(self, promise: nil)
        }
    }

    private func fail(_ failure: ProxyHeader.Failure) {
        guard case .reading = state else { return }
        state = .done
        timeout?.cancel()
        _ = complete(.failure(failure))
    }
}
