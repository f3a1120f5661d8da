import NIOCore

/// The way from a command's task back to its connection. Every call hops to the event loop.
final class Outlet: Sendable {
    private let handler: NIOLoopBound<ConnectionHandler>
    private let eventLoop: EventLoop

    init(_ handler: ConnectionHandler, eventLoop: EventLoop) {
        self.handler = NIOLoopBound(handler, eventLoop: eventLoop)
        self.eventLoop = eventLoop
    }

    /// Sends bytes, and waits until the connection takes more.
    ///
    /// - Throws: `ConnectionClosed`.
    func send(_ bytes: [UInt8]) async throws(ConnectionClosed) {
        let isOpen = await withCheckedContinuation { continuation in
            eventLoop.execute { self.handler.value.send(bytes) { continuation.resume(returning: $0) } }
        }
        guard isOpen else { throw ConnectionClosed() }
    }

    /// Asks for the message that was announced; its bytes then come through the literal's source.
    func acceptLiteral() {
        eventLoop.execute { self.handler.value.acceptLiteral() }
    }

    /// The message that is received has room again.
    func literalHasRoom() {
        eventLoop.execute { self.handler.value.literalHasRoom() }
    }

    /// A mailbox that an idle session watches has changed.
    func wake() {
        eventLoop.execute { self.handler.value.wake() }
    }

    /// Gives the session back at the end of a task.
    func finish(_ session: Session, _ ending: Ending) {
        eventLoop.execute { self.handler.value.finish(session, ending) }
    }
}

/// The client has gone: there is nobody to answer.
struct ConnectionClosed: Error {}

/// What a command's task leaves to the connection.
struct Ending: Sendable {
    enum Action: Sendable {
        case proceed
        /// After the bytes are sent.
        case close
        /// At once: the client is in the middle of a literal that will not be completed.
        case abort
        /// After the bytes are sent, TLS begins.
        case startTLS
        /// After the bytes are sent, compression begins.
        case compress
        /// After the bytes are sent, compression ends.
        case endCompression
    }

    /// Not yet sent.
    var bytes: [UInt8]
    var action = Action.proceed
    /// How long to wait before the bytes are sent.
    var delay: TimeAmount?
}

/// What a task is started for.
enum Job: Sendable {
    case command(TaggedCommandJob)
    /// The line that the command at hand asked for.
    case line([UInt8])
    /// Something changed while the session is in IDLE.
    case wake
}
