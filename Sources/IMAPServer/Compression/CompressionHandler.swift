import NIOCore

/// COMPRESS=DEFLATE (RFC 4978): between the session and TLS, once a client has asked for it.
///
/// What comes in is expanded a bounded piece at a time, and the next piece only when the session asks for more, as it
/// does of a socket: so that a few bytes that expand to many meet the session's limits like any others, and wait like
/// any others.
final class CompressionHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Pieces that are expanded before other connections of the event loop have their turn.
    private static let piecesAtOnce = 32

    private let deflater: Deflater
    private let inflater: Inflater
    private var context: ChannelHandlerContext?
    /// Received and not yet expanded.
    private var compressed: ByteBuffer
    private var isWanted = false
    private var isPumping = false
    private var isScheduled = false
    /// Whether the client has sent its last byte, and the session is not told yet: it has not had them all.
    private var isInputClosed = false
    private var hasEnded = false
    /// The client's words are to be plain again from the next flush on; ours are already.
    private var isEnding = false

    /// - Parameter received: what came behind the command already.
    /// - Returns: nil when there is no memory.
    init?(received: ByteBuffer) {
        guard let deflater = Deflater(), let inflater = Inflater() else { return nil }
        self.deflater = deflater
        self.inflater = inflater
        compressed = received
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    // MARK: Out

    /// Every write of the session is a batch of responses that the client waits for.
    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let bytes = unwrapOutboundIn(data)
        guard !isEnding, bytes.readableBytes > 0 else { return context.write(data, promise: promise) }
        context.write(wrapOutboundOut(deflater.compress(bytes)), promise: promise)
    }

    // MARK: In

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        // What is not wanted yet waits; the socket is not read again before it is gone.
        compressed.writeBuffer(&bytes)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if hasMore, case ChannelEvent.inputClosed? = event as? ChannelEvent {
            isInputClosed = true
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func read(context: ChannelHandlerContext) {
        guard hasMore else { return context.read() }
        isWanted = true
        schedule(context)
    }

    /// Whether there may be something for the session.
    private var hasMore: Bool { compressed.readableBytes > 0 || inflater.mayHoldMore }

    /// Not at once: the session asks from the middle of its work.
    private func schedule(_ context: ChannelHandlerContext) {
        guard !isPumping, !isScheduled else { return }
        isScheduled = true
        context.eventLoop.assumeIsolated().execute {
            self.isScheduled = false
            self.pump()
        }
    }

    private func pump() {
        guard let context else { return }
        isPumping = true
        var pieces = 0
        while isWanted, hasMore, pieces < Self.piecesAtOnce {
            pieces += 1
            expand(context)
        }
        isPumping = false
        // The session may have ended the compression.
        guard self.context != nil else { return }
        if hasMore {
            if isWanted { schedule(context) }
            return
        }
        if isWanted {
            isWanted = false
            context.read()
        }
        if isInputClosed {
            isInputClosed = false
            context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        }
    }

    private func expand(_ context: ChannelHandlerContext) {
        if hasEnded { return fail(context, "a compressed stream that goes on behind its end") }
        let (bytes, stop) = inflater.next(&compressed)
        if isEnding, bytes.readableBytes > 0 { return fail(context, "compressed bytes behind UNAUTHENTICATE") }
        switch stop {
        case .malformed: return fail(context, "bytes that are not DEFLATE")
        case .ended: hasEnded = true
        case .piece, .starved: break
        }
        if isEnding {
            endIfDue()
        } else if bytes.readableBytes > 0 {
            isWanted = false
            context.fireChannelRead(wrapInboundOut(bytes))
            // From the end of the pipeline: the session decides whether it wants more.
            context.channel.read()
        }
    }

    private func fail(_ context: ChannelHandlerContext, _ what: String) {
        compressed.clear()
        isWanted = false
        context.fireErrorCaught(CompressionError(what: what))
    }

    // MARK: The end

    /// Ends the compression (RFC 8437 4.1): of what is sent at once, of what comes where the client has ended it.
    func end() {
        guard let context else { return }
        context.writeAndFlush(wrapOutboundOut(deflater.compress(ByteBuffer(), isLast: true)), promise: nil)
        isEnding = true
        endIfDue()
    }

    private func endIfDue() {
        guard let context, hasEnded || inflater.isAtFlush else { return }
        let rest = compressed
        compressed.clear()
        self.context = nil
        if rest.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(rest)) }
        if isInputClosed { context.fireUserInboundEventTriggered(ChannelEvent.inputClosed) }
        let channel = context.channel
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
        channel.read()
    }
}

/// What a client sent is not what COMPRESS allows; the connection ends.
struct CompressionError: Error {
    let what: String
}
