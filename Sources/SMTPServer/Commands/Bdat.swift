import SMTPSyntax

extension Session {
    /// RFC 3030 section 2. Whatever the answer will be, the chunk has to be swallowed before it.
    mutating func bdat(_ chunk: ChunkCounter) -> Step {
        if let transaction, !transaction.hasFailed, !transaction.recipients.isEmpty, transaction.intake == nil {
            beginIntake(isChunked: true)
        }
        return .receiveChunk(chunk)
    }

    /// The chunk is complete. A chunk before the last is answered by one reply, the last by one a recipient.
    mutating func endOfChunk(isLast: Bool) -> Step {
        guard let transaction else { return badSequence("MAIL first") }
        guard !transaction.hasFailed else { return badSequence("RSET first") }
        guard let intake = transaction.intake else { return badSequence("No valid recipients") }
        if isLast { return endOfMessage() }
        guard let refusal = intake.refusal else {
            return .reply(Reply(250, EnhancedStatusCode(2, 0, 0), "Chunk taken"))
        }
        intake.abandon()
        self.transaction?.intake = nil
        self.transaction?.hasFailed = true
        return .reply(refusal)
    }
}
