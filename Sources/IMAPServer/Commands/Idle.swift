import IMAPSyntax
import LightMailCore

extension Session {
    /// RFC 9051 6.3.13. A session in IDLE is a subscription: it owns no task, and one is started when the mailbox changes.
    mutating func idle(_ tag: String) async throws -> Completion {
        selected?.watch.setIdling(true)
        do {
            try await synchronize(SyncScope(expunging: true, showingUIDs: false))
        } catch {
            selected?.watch.setIdling(false)
            throw error
        }
        out.append(.continuation(ResponseText("idling")))
        dialogue = .idle(tag: tag)
        return .ok(ResponseText("Done"))
    }

    /// Tells an idle client what changed.
    mutating func wakeFromIdle() async throws -> Ending {
        var ending = Ending(bytes: [])
        await synchronizeQuietly(expunging: true, showingUIDs: false, &ending)
        ending.bytes = out.takeBytes()
        return ending
    }

    /// The line that ends it.
    mutating func done(_ line: [UInt8]) -> Completion {
        selected?.watch.setIdling(false)
        dialogue = nil
        let isDone = line.count == 4 && zip(line, "DONE".utf8).allSatisfy { $0 & 0xDF == $1 }
        return isDone ? .ok(ResponseText("Done")) : .bad(ResponseText("Expected DONE"))
    }
}
