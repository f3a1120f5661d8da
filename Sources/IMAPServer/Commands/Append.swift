import IMAPSyntax
import LightMailCore

extension Session {
    /// RFC 9051 6.3.12, RFC 4315 3. The message goes to the object store while it comes in.
    mutating func append(_ command: AppendCommand, _ literal: LiteralSource?) async throws -> Completion {
        guard let literal else { throw CommandFailure.bad("Expected a message") }
        guard !command.message.isUTF8 else { throw CommandFailure.bad("UTF8 is not enabled") }
        // RFC 3502 gives it the meaning of a change of mind.
        guard command.message.literal.size > 0 else { throw CommandFailure.no("Message is empty", .cannot) }
        let account = try requireAccount().id
        let (flags, keywords) = try MessageFlags.split(command.message.flags)
        // Before the client sends it all: an answer that is known already.
        let target = try await destination(command.mailbox)
        if command.message.literal.size > service.limits.messageSize {
            throw CommandFailure.no("Message is too large", .tooBig)
        }
        let received = try await receive(literal)
        let message = AppendedMessage(
            message: received, flags: flags, keywords: keywords,
            internalDate: command.message.internalDate?.secondsSince1970)
        let outcome: AppendOutcome
        do throws(StoreError) {
            outcome = try await store.delivery.append([message], account: account, to: target)
        } catch {
            throw ErrorReplies.destination(error)
        }
        noteOwn(outcome.uids, in: target)
        let code = outcome.uids.first.map { ResponseCode.appendUID(uidValidity: outcome.uidValidity, uid: $0) }
        return .ok(ResponseText("Appended", code: code))
    }

    /// Takes the message into the object store; nothing of it stays when it breaks off.
    private func receive(_ literal: LiteralSource) async throws -> ReceivedMessage {
        let incoming = store.delivery.begin()
        literal.accept()
        do {
            while let bytes = try await literal.next() { try await incoming.write(bytes) }
            return try await incoming.finish()
        } catch {
            await incoming.abort()
            if case LiteralSource.Interruption.malformed(let why) = error { throw CommandFailure.bad(why) }
            throw error
        }
    }
}
