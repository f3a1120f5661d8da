import MailFormat
import Synchronization

/// Details of the messages that were read last, one by one: a client that reads a message part by part, or in pieces, asks
/// the database once.
///
/// Bounded in bytes. Details never change, and a UID never names another message; what was expunged since is served as long
/// as its body rests, as it is without the cache.
final class DetailsCache: Sendable {
    /// A key holds the account too: nobody reaches another's mail by a number.
    struct Key: Hashable {
        let account: AccountID
        let mailbox: MailboxID
        /// A mailbox that was made anew under the same number has other messages.
        let uidValidity: UInt32
        let uid: UID
    }

    private struct Entry {
        let details: MessageDetails
        let parts: DetailParts
    }

    /// Two generations: what is asked for again while it is old becomes young, and the rest goes with its generation.
    private struct State {
        var young: [Key: Entry] = [:]
        var old: [Key: Entry] = [:]
        var cost = 0
    }

    private let maximumCost: Int
    private let state = Mutex(State())

    /// What may be asked for beside the place of the bytes.
    static let parts: DetailParts = [.header, .shortHeader, .structure]

    /// - Parameter maximumBytes: of memory, about.
    init(maximumBytes: Int) {
        maximumCost = maximumBytes
    }

    /// The details of all the messages, in their order; nil when one is not here with all the parts.
    func find(_ keys: [Key], _ parts: DetailParts) -> [MessageDetails]? {
        state.withLock { state in
            var found: [MessageDetails] = []
            for key in keys {
                if let entry = state.young[key], entry.parts.isSuperset(of: parts) {
                    found.append(entry.details)
                } else if let entry = state.old[key], entry.parts.isSuperset(of: parts) {
                    found.append(entry.details)
                    keep(entry, key, in: &state)
                } else {
                    return nil
                }
            }
            return found
        }
    }

    func keep(_ details: MessageDetails, _ parts: DetailParts, _ key: Key) {
        state.withLock { keep(Entry(details: details, parts: parts), key, in: &$0) }
    }

    private func keep(_ entry: Entry, _ key: Key, in state: inout State) {
        let cost = entry.details.cost
        guard cost <= maximumCost / 8 else { return }
        if state.cost + cost > maximumCost / 2 {
            state.old = state.young
            state.young = [:]
            state.cost = 0
        }
        if let replaced = state.young.updateValue(entry, forKey: key) { state.cost -= replaced.details.cost }
        state.cost += cost
    }
}

extension MessageDetails {
    /// Bytes in memory, about.
    fileprivate var cost: Int { 512 + prefix.count + (header?.count ?? 0) + (structure?.cost ?? 0) }
}

extension BodyPart {
    /// Bytes in memory, about.
    fileprivate var cost: Int {
        let own = parameters.reduce(512 + (description?.count ?? 0)) { $0 + 64 + $1.value.count }
        return switch contents {
        case .leaf: own
        case .multipart(let parts): parts.reduce(own) { $0 + $1.cost }
        case .message(let message): own + 2048 + message.structure.cost
        }
    }
}
