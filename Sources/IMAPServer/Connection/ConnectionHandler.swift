import IMAPSyntax
import LightMailDaemon
import Logging
import NIOCore

/// The edge: bytes of one connection to commands, and responses back.
///
/// Lives on the channel's event loop. The session is a value: between commands the handler holds it, during a command
/// the command's task does, and gives it back at the end. So an idle session owns no task, commands run strictly in
/// order, and nothing is shared. Bytes that come meanwhile wait here up to a bound, then in the client's socket.
final class ConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum Phase {
        /// Between commands, or waiting for the line that one asked for.
        case ready(Session)
        /// A task has the session.
        case busy
        case closed
    }

    /// Where the literal of an APPEND stands.
    enum Literal {
        case none
        /// The command has not said whether it wants it.
        case undecided(LiteralSource, isSynchronizing: Bool)
        case streaming(LiteralSource)
        /// It is read and thrown away; then the held ending is carried out.
        case refused
    }

    /// A session with how its command ended. By reference, for it is seldom there and every connection has room for one.
    final class HeldEnding {
        let session: Session
        var ending: Ending

        init(_ session: Session, _ ending: Ending) {
            self.session = session
            self.ending = ending
        }
    }

    let service: IMAPService
    let connection: ConnectionInfo
    let eventLoop: EventLoop
    let logger: Logger
    var framer: CommandFramer
    var phase = Phase.closed
    var literal = Literal.none
    /// The end of the APPEND whose message is still being thrown away.
    var heldEnding: HeldEnding?
    /// Came in and not yet given to the framer.
    var pending = ByteBuffer()
    var context: ChannelHandlerContext?
    var isAuthenticated: Bool {
        get { clock.isLoggedIn }
        set { clock.isLoggedIn = newValue }
    }
    var isInputClosed = false
    var isDraining = false
    var holdsRead = false
    var isAdvancing = false
    /// Called once with whether the connection is open still.
    var writabilityWaiter: ((Bool) -> Void)?
    var timer: Scheduled<Void>?
    var clock = SessionClock()
    var commandWindow = CommandWindow()
    var commandBucket = TokenBucket()
    /// Whether the next command has to wait.
    var isSlowed = false
    /// Since when the client, which has to wait, has sent as much as is held.
    var floodingSince = NIODeadline.distantFuture
    var compression: CompressionHandler?

    init(service: IMAPService, connection: ConnectionInfo, eventLoop: EventLoop) {
        self.service = service
        self.connection = connection
        self.eventLoop = eventLoop
        var logger = service.logger
        for (key, value) in connection.metadata { logger[metadataKey: key] = value }
        self.logger = logger
        framer = CommandFramer(limits: service.limits.framingBeforeLogin)
    }

    // MARK: Channel events

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { begin(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        begin(context)
        context.fireChannelActive()
    }

    private func begin(_ context: ChannelHandlerContext) {
        guard case .closed = phase, timer == nil else { return }
        let session = Session(
            service: service, connection: connection, logger: logger, outlet: Outlet(self, eventLoop: eventLoop))
        service.metrics.sessions.increment()
        clock.lastActivity = .now()
        phase = .ready(session)
        scheduleTimer()
        write(session.greeting)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        service.metrics.bytesIn.increment(by: UInt64(buffer.readableBytes))
        if case .closed = phase { return }
        noteActivity()
        pending.writeBuffer(&buffer)
        advance()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
    }

    func read(context: ChannelHandlerContext) {
        if wantsMore { context.read() } else { holdsRead = true }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if !context.channel.isWritable {
            clock.block(at: .now(), unsent: unsentBytes)
        } else {
            clock.unblock()
            noteActivity()
            resumeWriter(isOpen: true)
            advance()
        }
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed? = event as? ChannelEvent {
            isInputClosed = true
            advance()
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        logger.debug("connection failed", metadata: [LogKey.error: "\(error)"])
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        tearDown()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        tearDown()
        self.context = nil
    }

    private func tearDown() {
        guard timer != nil else { return }
        timer?.cancel()
        timer = nil
        if case .ready(let session) = phase { session.ended() }
        if let held = heldEnding { held.session.ended() }
        heldEnding = nil
        // A task at work finds out when it gives the session back or sends something.
        phase = .closed
        pending = ByteBuffer()
        interruptLiteral()
        literal = .none
        resumeWriter(isOpen: false)
        service.metrics.sessions.decrement()
    }

    private func interruptLiteral() {
        switch literal {
        case .undecided(let source, _), .streaming(let source): source.end(.failure(.connectionClosed))
        case .none, .refused: break
        }
    }

    /// Whether bytes from the client have a place to go to.
    var wantsMore: Bool {
        let limits = service.limits
        let room = isAuthenticated ? limits.pipelinedBytes : limits.pipelinedBeforeLogin
        guard pending.readableBytes < room, context?.channel.isWritable == true else {
            return false
        }
        if case .streaming(let source) = literal, source.isFull { return false }
        // Where the command at hand ends the compression, what follows must not be expanded.
        if compression != nil, case .busy = phase, !isReceivingLiteral { return false }
        return true
    }

    /// Whether a command waits for bytes of the client.
    private var isReceivingLiteral: Bool {
        switch literal {
        case .streaming, .refused: true
        case .none, .undecided: false
        }
    }

    func releaseRead() {
        guard holdsRead, wantsMore, let context else { return }
        holdsRead = false
        context.read()
    }
}
