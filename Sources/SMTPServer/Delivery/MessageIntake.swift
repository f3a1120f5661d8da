import LightMailDaemon
import SMTPSyntax

/// A message as the event loop sees it come in: counts it, passes it on, and knows who will answer for it.
struct MessageIntake {
    /// Begun by BDAT rather than DATA; the two do not mix (RFC 3030 section 2).
    let isChunked: Bool
    private let pipe: MessagePipe
    private let outcome: Task<[Reply], Never>
    private let sizeLimit: Int
    private var size = 0

    /// Begins to take a message.
    ///
    /// - Parameters:
    ///   - executor: where `take` runs; nil for anywhere.
    ///   - onRoom: called when the client may go on.
    ///   - take: takes it from the pipe, and gives the replies.
    init(
        _ server: ServerContext, isChunked: Bool, executor: EventLoopExecutor?,
        onRoom: @escaping @Sendable () -> Void,
        take: @escaping @Sendable (MessagePipe) async -> [Reply]
    ) {
        let limits = server.profile.limits
        let pipe = MessagePipe(capacity: limits.bufferedMessage, account: server.buffers, onRoom: onRoom)
        self.isChunked = isChunked
        self.pipe = pipe
        sizeLimit = limits.messageSize
        outcome = Task(executorPreference: executor) { await take(pipe) }
    }

    /// Whether the client must wait.
    var isFull: Bool { pipe.isFull }

    /// Why the message will be refused, as soon as that is known.
    var refusal: Reply? { pipe.refusal }

    /// Takes bytes of the message. What exceeds the size limit is counted and dropped.
    mutating func append(_ bytes: some Collection<UInt8>) {
        // Saturates: after the limit the count no longer matters, and a client can send for ever.
        size = size > sizeLimit ? size : size + bytes.count
        guard size <= sizeLimit else {
            pipe.interrupt(.tooLarge)
            return
        }
        pipe.append(bytes)
    }

    /// The message is complete: the replies, one a recipient, will come of this.
    func finish() -> Task<[Reply], Never> {
        pipe.finish()
        return outcome
    }

    /// The message will not be complete: nothing of it is kept.
    func abandon() { pipe.interrupt(.abandoned) }
}
