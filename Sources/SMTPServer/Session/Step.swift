import SMTPSyntax

/// What a command leads to.
enum Step {
    /// The command is answered: by one reply, or by one a recipient (RFC 2033 section 4.2).
    case replies([Reply])
    /// The command is answered and the session over.
    case close(Reply)
    /// The answer takes the work of others. The closure runs beside the event loop; no further command is looked at
    /// until what it returns has been applied to the session, back on the event loop.
    case wait(@Sendable () async -> Completion)
    /// After this reply comes the TLS handshake; what the client sent in clear behind the command is dropped.
    case startTLS(Reply)
    /// After this reply comes the message, up to its final dot.
    case receiveMessage(Reply)
    /// A chunk follows the command line at once.
    case receiveChunk(ChunkCounter)

    static func reply(_ reply: Reply) -> Step { .replies([reply]) }
}

/// Takes the result of work into the session and gives the answer.
typealias Completion = @Sendable (inout Session) -> Step
