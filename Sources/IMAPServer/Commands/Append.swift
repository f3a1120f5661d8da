import IMAPSyntax
import LightMailCore

extension Session {
    /// RFC 9051 6.3.12, RFC 3502, RFC 4315 3. The messages go to the object store while they come in, and into the mailbox
    /// all or none.
    mutating func append(_ command: AppendCommand, _ literals: LiteralSource?) async throws -> Completion {
        // Before the client sends it all: an answer that is known already.
        let target = try await destination(command.mailbox)
        let messages = try await receive(command.start, literals)
        let permit = try permitToAdd(to: target)
        let outcome: AppendOutcome
        do throws(StoreError) {
            outcome = try await store.delivery.append(
                messages.map { $0.limited(to: target.rights) }, account: target.mailbox.account, to: target.mailbox.id,
                permits: permit.map { [$0] } ?? [])
        } catch {
            throw ErrorReplies.destination(error)
        }
        noteOwn(outcome.uids, in: target.mailbox.id)
        return .ok(ResponseText("Appended", code: outcome.code))
    }
}

extension AppendOutcome {
    /// RFC 4315 3, RFC 3502; nil when what was appended went elsewhere.
    var code: ResponseCode? {
        uids.isEmpty ? nil : .appendUID(uidValidity: uidValidity, uids: SequenceSet(ascending: uids))
    }
}
