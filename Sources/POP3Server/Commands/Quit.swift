import LightMailCore
import POP3Syntax

extension Session {
    /// RFC 1939 4, 6. Removes what is marked, all in one transaction; what others have removed already stays removed. The
    /// session ends in any case.
    mutating func quit(_ ending: inout Ending) async throws -> Reply {
        ending.action = .close
        guard let maildrop else { return .ok("Good bye") }
        let marked = maildrop.marked
        guard !marked.isEmpty else { return .ok("Good bye") }
        do throws(StoreError) {
            let removed = try await store.messages.remove(
                account: maildrop.account, mailbox: maildrop.mailbox, uids: marked)
            logger.info("messages removed", metadata: ["messages": "\(removed)"])
        } catch {
            _ = report(error)
            return .error("Nothing was deleted", error.kind == .unavailable ? .temporary : .permanent)
        }
        return .ok("Good bye")
    }
}
