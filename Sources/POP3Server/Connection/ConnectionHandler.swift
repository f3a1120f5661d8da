import LightMailDaemon
import Logging
import NIOCore
import POP3Syntax

/// The edge: bytes of one connection to lines, and replies back.
///
/// Lives on the channel's event loop. The session is a value: between commands the handler holds it, during a command
/// the command's task does, and gives it back at the end. So an idle session owns no task, commands run strictly in
/// order, and nothing is shared. Bytes that come meanwhile wait here up to a bound, then in the client's socket.
final class ConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum Phase {
        /// Between commands, or waiting for the line that AUTH asked for.
        case ready(Session)
        /// A task has the session.
        case busy
        case closed
    }

    let service: POP3Service
    let connection: ConnectionInfo
    let eventLoop: EventLoop
    let logger: Logger
    var framer = LineFramer(limit: CommandParser.longestLine)
    var phase = Phase.closed
    /// Came in and not yet looked at.
    var pending = ByteBuffer()
    var context: ChannelHandlerContext?
    var isInputClosed = false
    var isDraining = false
    var holdsRead = false
    var isAdvancing = false
    var isAuthenticated = false
    /// Called once with whether the connection is open still.
    var writabilityWaiter: ((Bool) -> Void)?
    var timer: Scheduled<Void>?
    var lastActivity = NIODeadline.uptimeNanoseconds(0)

    init(service: POP3Service, connection: ConnectionInfo, eventLoop: EventLoop) {
        self.service = service
        self.connection = connection
        self.eventLoop = eventLoop
        var logger = service.logger
        for (key, value) in connection.metadata { logger[metadataKey: key] = value }
        self.logger = logger
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
        lastActivity = .now()
        phase = .ready(session)
        scheduleTimer()
        write(session.greeting)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        service.metrics.bytesIn.increment(by: UInt64(buffer.readableBytes))
        if case .closed = phase { return }
        lastActivity = .now()
        if pending.readableBytes == 0 { pending = buffer } else { pending.writeBuffer(&buffer) }
        advance()
    }

    func read(context: ChannelHandlerContext) {
        if wantsMore { context.read() } else { holdsRead = true }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            lastActivity = .now()
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
        // A task at work finds out when it gives the session back or sends something.
        phase = .closed
        pending = ByteBuffer()
        resumeWriter(isOpen: false)
        service.metrics.sessions.decrement()
    }

    /// Whether bytes from the client have a place to go to.
    private var wantsMore: Bool {
        pending.readableBytes < service.limits.pipelinedBytes && context?.channel.isWritable == true
    }

    func releaseRead() {
        guard holdsRead, wantsMore, let context else { return }
        holdsRead = false
        context.read()
    }
}
