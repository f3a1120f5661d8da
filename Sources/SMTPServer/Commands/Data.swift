import LightMailCore
import SMTPSyntax
import Spans

extension Session {
    /// RFC 5321 section 4.1.1.4.
    mutating func data() -> Step {
        guard let transaction else { return badSequence("MAIL first") }
        // RFC 3030 section 2: DATA after BDAT.
        guard transaction.intake == nil, !transaction.hasFailed else { return badSequence("BDAT has begun") }
        // RFC 2033 section 4.2: without a recipient there would be no reply after the message.
        guard !transaction.recipients.isEmpty else { return badSequence("No valid recipients") }
        beginIntake(isChunked: false)
        return .receiveMessage(Reply(354, "End with a dot on a line by itself"))
    }

    /// Begins to store the message of the transaction.
    mutating func beginIntake(isChunked: Bool) {
        guard let transaction, let client else { return }
        let take: @Sendable (MessagePipe) async -> [Reply]
        if let account {
            take = MessageSubmission(transaction: transaction, client: client, account: account, session: self).run
        } else {
            take = MessageDelivery(transaction: transaction, client: client, session: self).run
        }
        let name = server.profile.dialect == .lmtp ? "lmtp.message" : "smtp.message"
        let trace = UUIDv7(transaction.traceID).map { TraceID(high: $0.high, low: $0.low) }
        let session = connection.sessionID
        self.transaction?.intake = MessageIntake(
            server, isChunked: isChunked, executor: executor, onRoom: onRoom
        ) { pipe in
            await Spans.run(name, .server, trace: trace, ["lightmail.session": .string(session)]) { await take(pipe) }
        }
    }

    /// Bytes of the message. Without a transaction that can take them they are dropped.
    mutating func receive(_ bytes: some Collection<UInt8>) {
        transaction?.intake?.append(bytes)
    }

    /// The message is complete. RFC 2033 section 4.2: one reply a recipient, in the order of the RCPT commands. SMTP has
    /// one reply for all.
    func endOfMessage() -> Step {
        guard let outcome = transaction?.intake?.finish() else { return badSequence("MAIL first") }
        return .wait {
            let replies = await outcome.value
            return { session in
                session.conclude()
                return .replies(session.server.profile.dialect == .lmtp ? replies : [Reply(forAll: replies)])
            }
        }
    }
}
