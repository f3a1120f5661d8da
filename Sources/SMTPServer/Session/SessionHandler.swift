import LightMailDaemon
import Logging
import NIOCore
import SMTPSyntax

/// The edge: bytes of one connection to the session's commands and messages, and replies back.
///
/// Lives on the channel's event loop. An idle session owns no task: one is started for a command whose answer takes
/// others' work, and one for a message. Reading stops while a command is at work, while the message being received
/// has no room, and while the client does not read its replies; so whatever a client pipelines stays in its socket.
final class SessionHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// What the next byte from the client is part of.
    private enum Mode {
        case command
        /// A message after DATA.
        case message(DataDecoder)
        /// A chunk after BDAT.
        case chunk(ChunkCounter)
        /// A command is at work; bytes wait.
        case waiting
        /// The last reply is sent; bytes are dropped.
        case closed
    }

    private var session: Session
    private var mode = Mode.command
    private var input = ByteBuffer()
    private var framer: LineFramer
    /// Nil when the handler is not, or no longer, in a pipeline.
    private var context: ChannelHandlerContext?
    /// The client will send no more, and may still read.
    private var inputIsClosed = false
    private var isDraining = false
    /// A read that was held back.
    private var holdsRead = false
    private var isProcessing = false
    private var idleTimer: Scheduled<Void>?
    private var lastActivity = NIODeadline.uptimeNanoseconds(0)

    private var limits: SessionLimits { session.server.profile.limits }

    init(_ session: Session) {
        self.session = session
        framer = LineFramer(limit: session.server.profile.limits.commandLine)
    }

    // MARK: Events of the channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
        let eventLoop = context.eventLoop
        session.onRoom = { eventLoop.execute { handler.value.settle() } }
        session.executor = EventLoopExecutor(eventLoop)
        session.server.sessions.onDrain(of: session.connection.sessionID) { handler.value.drain() }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        end()
        // Breaks the circle: the closure holds this handler.
        session.onRoom = {}
        self.context = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        lastActivity = context.eventLoop.now
        watchIdleness(for: limits.idleTimeout)
        write([session.greeting], context)
        context.flush()
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        lastActivity = context.eventLoop.now
        if case .closed = mode { return }
        var bytes = unwrapInboundIn(data)
        if input.readableBytes == 0 {
            input = bytes
        } else {
            input.writeBuffer(&bytes)
        }
        process()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        lastActivity = context.eventLoop.now
        process()
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? ChannelEvent, event == .inputClosed {
            inputIsClosed = true
            process()
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        session.logger.debug("connection failed", metadata: [LogKey.error: "\(error)"])
        context.close(promise: nil)
    }

    /// Holds a read back while nothing more may come in.
    func read(context: ChannelHandlerContext) {
        if isBusy {
            holdsRead = true
        } else {
            context.read()
        }
    }

    // MARK: From bytes to steps

    private func process() {
        // A write can change the writability, which calls this again.
        guard let context, !isProcessing else { return }
        isProcessing = true
        while context.channel.isWritable, !isLeaving, let step = nextStep() { follow(step, context) }
        isProcessing = false
        context.flush()
        settle()
    }

    /// The next step that the bytes at hand lead to; nil when more are needed or others are at work.
    private func nextStep() -> Step? {
        switch mode {
        case .command: return nextCommand()
        case .message(let decoder): return receiveMessage(decoder)
        case .chunk(let chunk): return receiveChunk(chunk)
        case .waiting, .closed: return nil
        }
    }

    private func nextCommand() -> Step? {
        framer.limit = session.longestLine
        while let event = framer.next(in: input.readableBytesUInt8Span) {
            switch event {
            case .line(let length):
                let line = input.readSlice(length: length) ?? ByteBuffer()
                input.moveReaderIndex(forwardBy: 2)
                return session.execute(line: line.readableBytesView)
            case .bareLineFeed(let count):
                input.moveReaderIndex(forwardBy: count)
                return session.refuse(CommandError(.bareLineFeed))
            case .tooLong(let count):
                input.moveReaderIndex(forwardBy: count)
                return session.refuse(CommandError(.lineTooLong))
            case .skip(let count):
                input.moveReaderIndex(forwardBy: count)
            }
        }
        return nil
    }

    private func receiveMessage(_ previous: DataDecoder) -> Step? {
        var decoder = previous
        let bytes = input
        var position = 0
        while let event = decoder.next(in: bytes.readableBytesUInt8Span, at: &position) {
            switch event {
            case .content(let range):
                session.receive(bytes.readableBytesView.dropFirst(range.lowerBound).prefix(range.count))
            case .carriageReturn:
                session.receive(CollectionOfOne(UInt8(ascii: "\r")))
            case .end:
                input.moveReaderIndex(forwardBy: position)
                return session.endOfMessage()
            }
        }
        input.clear()
        mode = .message(decoder)
        return nil
    }

    private func receiveChunk(_ previous: ChunkCounter) -> Step? {
        var chunk = previous
        if let bytes = input.readSlice(length: chunk.take(available: input.readableBytes)) {
            session.receive(bytes.readableBytesView)
        }
        mode = .chunk(chunk)
        return chunk.isComplete ? session.endOfChunk(isLast: chunk.isLast) : nil
    }

    private func follow(_ step: Step, _ context: ChannelHandlerContext) {
        switch step {
        case .replies(let replies):
            mode = .command
            write(replies, context)
        case .startTLS(let reply):
            mode = .command
            write([reply], context)
            context.flush()
            startTLS(context)
        case .receiveMessage(let reply):
            mode = .message(DataDecoder())
            write([reply], context)
        case .receiveChunk(let chunk):
            mode = .chunk(chunk)
        case .wait(let work):
            mode = .waiting
            let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
            let eventLoop = context.eventLoop
            Task(executorPreference: session.executor) {
                let completion = await work()
                eventLoop.execute { handler.value.complete(completion) }
            }
        case .close(let reply):
            close(with: reply, context)
        }
    }

    /// RFC 3207 section 4.2. What the client sent in clear after the command is no part of the session under TLS.
    private func startTLS(_ context: ChannelHandlerContext) {
        if input.readableBytes > 0 {
            session.logger.notice(
                "dropped what followed STARTTLS in clear", metadata: ["bytes": "\(input.readableBytes)"])
        }
        input.clear()
        framer = LineFramer(limit: session.longestLine)
        guard let tls = session.server.profile.tls else { return close(with: nil, context) }
        do {
            try context.channel.pipeline.syncOperations.addHandler(tls.makeHandler(), position: .first)
        } catch {
            context.close(promise: nil)
        }
    }

    /// Takes the result of a command that was at work. The client may be gone meanwhile.
    private func complete(_ completion: Completion) {
        guard let context, case .waiting = mode else { return }
        lastActivity = context.eventLoop.now
        follow(completion(&session), context)
        process()
    }

    /// Looks at what has to happen when all bytes at hand have been looked at: ends a session whose end has come, or
    /// reads on.
    private func settle() {
        guard let context else { return }
        switch mode {
        case .command where isLeaving:
            // RFC 5321 section 3.8: a server that must go says so.
            close(with: Reply(421, EnhancedStatusCode(4, 3, 2), "\(session.server.hostname) shutting down"), context)
        case .command, .message, .chunk:
            // A client that will send no more has had its replies by now. A message cut short is not delivered.
            if inputIsClosed, context.channel.isWritable { close(with: nil, context) }
        case .waiting, .closed:
            break
        }
        if holdsRead, !isBusy {
            holdsRead = false
            context.read()
        }
    }

    /// Whether bytes from the client would only pile up.
    private var isBusy: Bool {
        if case .waiting = mode { return true }
        if case .closed = mode { return false }
        return session.transaction?.intake?.isFull == true || context?.channel.isWritable == false
    }

    /// Whether this is where a draining session stops: between two transactions, whatever the client has pipelined.
    private var isLeaving: Bool {
        guard isDraining, case .command = mode else { return false }
        return session.transaction == nil
    }

    private func drain() {
        isDraining = true
        process()
    }

    // MARK: Replies and the end

    private func write(_ replies: [Reply], _ context: ChannelHandlerContext, promise: EventLoopPromise<Void>? = nil) {
        var bytes: [UInt8] = []
        for reply in replies { reply.encode(into: &bytes) }
        context.write(wrapOutboundOut(context.channel.allocator.buffer(bytes: bytes)), promise: promise)
    }

    /// Sends the last reply, if there is one, and closes when the client has been sent everything. A client that does
    /// not read is closed by the idle timer.
    private func close(with reply: Reply?, _ context: ChannelHandlerContext) {
        mode = .closed
        session.reset()
        input.clear()
        let written = context.eventLoop.makePromise(of: Void.self)
        let channel = context.channel
        written.futureResult.whenComplete { _ in channel.close(promise: nil) }
        write(reply.map { [$0] } ?? [], context, promise: written)
        context.flush()
    }

    /// The connection is gone. What a command is at work on goes on; what the client had not finished is given up.
    private func end() {
        mode = .closed
        session.reset()
        input.clear()
        idleTimer?.cancel()
        idleTimer = nil
    }

    // MARK: Idleness

    private func watchIdleness(for duration: Duration) {
        guard let context else { return }
        let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
        idleTimer = context.eventLoop.scheduleTask(in: TimeAmount(duration)) { handler.value.checkIdleness() }
    }

    /// One timer runs at a time and looks, when it fires, how long it should have run: so that a read costs no timer.
    private func checkIdleness() {
        guard let context else { return }
        // While a command is at work or the store is slow, it is not the client who is silent.
        let now = context.eventLoop.now
        if case .waiting = mode { lastActivity = now }
        if session.transaction?.intake?.isFull == true { lastActivity = now }
        let silence = Duration.nanoseconds((now - lastActivity).nanoseconds)
        guard silence >= limits.idleTimeout else { return watchIdleness(for: limits.idleTimeout - silence) }
        if case .closed = mode {
        } else {
            write([Reply(421, EnhancedStatusCode(4, 4, 2), "Silent too long")], context)
            context.flush()
        }
        context.close(promise: nil)
    }
}
