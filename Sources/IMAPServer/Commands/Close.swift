import IMAPSyntax
import LightMailCore

extension Session {
    /// RFC 9051 6.4.1: removes the messages that have \Deleted, says nothing of it, and leaves the mailbox.
    mutating func close() async throws -> Completion {
        let selected = try requireSelected()
        // RFC 4314 4: without the right e it is closed all the same.
        if !selected.isReadOnly, selected.rights.contains(.expunge) {
            do {
                try await store.messages.expunge(
                    account: selected.account, mailbox: selected.id, permit: try permit(.expunge, in: selected))
            } catch let error as StoreError where error.kind == .forbidden {
                // The right was withdrawn just now.
            }
        }
        leaveMailbox()
        return .ok(ResponseText("Closed"))
    }
}
