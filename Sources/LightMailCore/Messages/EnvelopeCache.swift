import MariaDBClient
import Synchronization

/// Packs of envelopes that were read lately, shared by all sessions of the process and bounded in bytes.
///
/// An envelope never changes, and a UID never names another message, so a pack is right for as long as it is kept; what
/// was expunged since stays in it, unseen by views that do not hold it any more.
final class EnvelopeCache: Sendable {
    /// A key holds the account too: nobody reaches another's mail by a number.
    struct Key: Hashable {
        let account: AccountID
        let mailbox: MailboxID
        /// A mailbox that was made anew under the same number has other messages.
        let uidValidity: UInt32
    }

    fileprivate struct Entry {
        let pack: EnvelopePack
        var lastUse: UInt64
    }

    private struct State {
        /// By ascending range; ranges do not overlap.
        var entries: [Key: [Entry]] = [:]
        var cost = 0
        var clock: UInt64 = 0
    }

    private let maximumCost: Int
    private let state = Mutex(State())

    /// - Parameter maximumBytes: of memory; 0 for no cache.
    init(maximumBytes: Int) {
        maximumCost = maximumBytes
    }

    /// The pack whose range holds the UID, or else the UID at which the next pack begins, if there is one.
    func find(_ key: Key, _ uid: UID) -> (pack: EnvelopePack?, next: UID?) {
        state.withLock { state in
            guard let place = state.entries[key]?.place(of: uid),
                let pack = state.entries[key]?.dropFirst(place).first?.pack
            else { return (nil, nil) }
            guard pack.range.contains(uid) else { return (nil, pack.range.lowerBound) }
            state.clock += 1
            state.entries[key]?[place].lastUse = state.clock
            return (pack, nil)
        }
    }

    /// Keeps a pack, unless another came first.
    func keep(_ pack: EnvelopePack, _ key: Key) {
        guard pack.cost <= maximumCost / 4 else { return }
        state.withLock { state in
            var entries = state.entries.removeValue(forKey: key) ?? []
            defer { state.entries[key] = entries }
            let place = entries.place(of: pack.range.lowerBound)
            guard place == entries.count || entries[place].pack.range.lowerBound > pack.range.upperBound else { return }
            state.clock += 1
            entries.insert(Entry(pack: pack, lastUse: state.clock), at: place)
            state.cost += pack.cost
        }
        evict()
    }

    /// Forgets the packs that nobody asked for longest, until nine tenths of the bound are left.
    private func evict() {
        state.withLock { state in
            guard state.cost > maximumCost else { return }
            let uses = state.entries.values.joined().map { ($0.lastUse, $0.pack.cost) }.sorted { $0.0 < $1.0 }
            var surplus = state.cost - maximumCost / 10 * 9
            var last: UInt64 = 0
            for (use, cost) in uses where surplus > 0 {
                surplus -= cost
                last = use
            }
            for (key, entries) in state.entries {
                let kept = entries.filter { $0.lastUse > last }
                state.cost -= entries.lazy.filter { $0.lastUse <= last }.reduce(0) { $0 + $1.pack.cost }
                state.entries[key] = kept.isEmpty ? nil : kept
            }
        }
    }
}

extension Array where Element == EnvelopeCache.Entry {
    /// The place of the first entry that ends at the UID or behind it.
    fileprivate func place(of uid: UID) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if self[middle].pack.range.upperBound < uid { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension Messages {
    /// Most messages that a pack is read for: one round trip.
    package static let messagesInPack = 1000
    /// A pack of fewer is not kept: many of them would cost more than they save.
    private static let fewest = 64

    /// The pack that speaks of the first of the messages, and of those after it as far as it reaches. At most one round
    /// trip, none where the pack is known.
    ///
    /// It is for many messages that follow each other in a view: what lies between two UIDs is read along.
    ///
    /// - Parameter uids: ascending, at least one.
    package func envelopes(
        account: AccountID, view: MailboxIndex, uids: ArraySlice<UID>
    ) async throws(StoreError) -> EnvelopePack {
        guard let first = uids.first else { throw StoreError(.internal, "a pack of no messages") }
        let key = EnvelopeCache.Key(account: account, mailbox: view.mailbox, uidValidity: view.uidValidity)
        let (known, next) = envelopeCache.find(key, first)
        if let known { return known }
        var wanted = uids.prefix(Self.messagesInPack)
        if let next { wanted = wanted.prefix { $0 < next } }
        let last = wanted.last ?? first
        let strings = try await mapped {
            try await database.read { connection in
                try connection.packed(
                    """
                    SELECT m.uid, o.envelope FROM messages m JOIN mailboxes b ON b.id = m.mailbox_id \
                    JOIN object_keys o ON o.id = m.object_id \
                    WHERE m.mailbox_id = ? AND b.account_id = ? AND m.uid BETWEEN ? AND ? ORDER BY m.uid
                    """,
                    [.uint(view.mailbox.rawValue), .uint(account.rawValue), .uint(UInt64(first)), .uint(UInt64(last))])
            }
        }
        let pack = EnvelopePack(first...last, strings)
        if wanted.count >= Self.fewest { envelopeCache.keep(pack, key) }
        return pack
    }
}
