import IMAPSyntax
import LightMailCore

extension Session {
    /// RFC 9051 6.3.13, RFC 5465 4. A session in IDLE is a subscription: it owns no task, and one is started when the
    /// mailbox changes.
    mutating func idle(_ tag: String) async throws -> Completion {
        dialogue = .idle(tag: tag)
        selected?.watch.setIdling(isAttentive)
        do {
            if !isDeaf { try await synchronize(SyncScope(expunging: true, showingUIDs: false)) }
        } catch {
            dialogue = nil
            selected?.watch.setIdling(isAttentive)
            throw error
        }
        out.append(.continuation(ResponseText("idling")))
        return .ok(ResponseText("Done"))
    }

    /// The line that ends it.
    mutating func done(_ line: [UInt8]) -> Completion {
        dialogue = nil
        selected?.watch.setIdling(isAttentive)
        let isDone = line.count == 4 && zip(line, "DONE".utf8).allSatisfy { $0 & 0xDF == $1 }
        return isDone ? .ok(ResponseText("Done")) : .bad(ResponseText("Expected DONE"))
    }
}
