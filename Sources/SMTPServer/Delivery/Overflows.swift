import SMTPSyntax
import Synchronization

/// Recipients whose mailboxes turned out to have no room for a message after its RCPT had been accepted: the sender had
/// not declared its size, or others filled the mailbox meanwhile.
///
/// At the sender's next try the size is known at RCPT, so that this recipient is refused by a reply of its own and the
/// others keep the message. It is a matter of courtesy: another process, or this one after a restart, learns it anew by
/// one more try. The store decides in any case.
final class Overflows: Sendable {
    private struct Key: Hashable {
        let sender: ReversePath
        let recipient: String
    }

    private struct Overflow {
        let size: UInt64
        /// Seconds since 1970.
        let at: Int64
    }

    private static let longest: Int64 = 86_400
    private static let most = 10_000

    private let known = Mutex<[Key: Overflow]>([:])

    /// Remembers a message of `size` bytes.
    func note(_ size: UInt64, from sender: ReversePath, to recipient: String, at now: Int64) {
        known.withLock { known in
            if known.count >= Self.most { known = known.filter { now - $0.value.at < Self.longest } }
            if known.count >= Self.most { known = [:] }
            known[Key(sender: sender, recipient: recipient)] = Overflow(size: size, at: now)
        }
    }

    /// The size of the message that had no room; it is forgotten.
    func take(from sender: ReversePath, to recipient: String, at now: Int64) -> UInt64? {
        known.withLock { known in
            guard let overflow = known.removeValue(forKey: Key(sender: sender, recipient: recipient)),
                now - overflow.at < Self.longest
            else { return nil }
            return overflow.size
        }
    }
}
