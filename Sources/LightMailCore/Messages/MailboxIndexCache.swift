import MariaDBClient

/// The newest index of each mailbox that this process works with, shared by all its sessions.
///
/// What it gives is as new as the moment of the call: a refresh that began earlier is not joined, for it may have read
/// before a commit that the caller knows of; callers that wait while one runs share the next one.
package actor MailboxIndexCache {
    private let loader: IndexLoader
    private let maximumMessages: Int
    private var entries: [Key: Entry] = [:]
    private var clock: UInt64 = 0

    /// A key holds the account too: nobody reaches another's mailbox by its number.
    private struct Key: Hashable {
        let account: AccountID
        let mailbox: MailboxID
    }

    private struct Entry {
        var index: MailboxIndex?
        var running: Task<Snapshot, any Error>?
        var next: Task<Snapshot, any Error>?
        var lastUse: UInt64
    }

    /// A mailbox row and the index that goes with it.
    package struct Snapshot: Sendable {
        package let mailbox: Mailbox
        package let index: MailboxIndex
    }

    /// - Parameter maximumMessages: how many messages' entries to keep, about 33 bytes each.
    init(database: ConnectionPool, maximumMessages: Int = 4_000_000) {
        loader = IndexLoader(database: database)
        self.maximumMessages = maximumMessages
    }

    /// The mailbox and its index as of now. One round trip when nothing changed, two when something did or it is cold.
    ///
    /// - Throws: `StoreError` notFound when the account has no such living mailbox.
    package func select(account: AccountID, mailbox: MailboxID) async throws(StoreError) -> Snapshot {
        let key = Key(account: account, mailbox: mailbox)
        return try await mapped { try await self.refreshTask(key).value }
    }

    /// The index as of now.
    package func refresh(account: AccountID, mailbox: MailboxID) async throws(StoreError) -> MailboxIndex {
        try await select(account: account, mailbox: mailbox).index
    }

    private func refreshTask(_ key: Key) -> Task<Snapshot, any Error> {
        clock += 1
        var entry = entries[key] ?? Entry(index: nil, running: nil, next: nil, lastUse: clock)
        entry.lastUse = clock
        defer { entries[key] = entry }
        if let next = entry.next { return next }
        let previous = entry.running
        let task = Task {
            _ = await previous?.result
            return try await self.run(key)
        }
        if previous == nil { entry.running = task } else { entry.next = task }
        return task
    }

    private func run(_ key: Key) async throws -> Snapshot {
        if let next = entries[key]?.next {
            entries[key]?.running = next
            entries[key]?.next = nil
        }
        do {
            let (mailbox, dictionary) = try await loader.mailbox(key.mailbox, of: key.account)
            let index = try await index(for: mailbox, dictionary, entries[key]?.index)
            finish(key, index)
            return Snapshot(mailbox: mailbox, index: index)
        } catch {
            finish(key, (error as? StoreError)?.kind == .notFound ? nil : entries[key]?.index)
            throw error
        }
    }

    private func index(for mailbox: Mailbox, _ dictionary: KeywordDictionary, _ known: MailboxIndex?) async throws
        -> MailboxIndex
    {
        guard let known else { return try await loader.load(mailbox, dictionary) }
        if known.highestModSeq == mailbox.highestModSeq, known.uidValidity == mailbox.uidValidity { return known }
        return try await loader.advance(known, to: mailbox, dictionary)
    }

    private func finish(_ key: Key, _ index: MailboxIndex?) {
        entries[key]?.index = index
        entries[key]?.running = nil
        if index == nil, entries[key]?.next == nil { entries[key] = nil }
        evict()
    }

    /// Forgets the indexes that nobody asked for longest until the rest is within the bound.
    private func evict() {
        var total = entries.values.reduce(0) { $0 + ($1.index?.count ?? 0) + 64 }
        guard total > maximumMessages else { return }
        for (key, entry) in entries.sorted(by: { $0.value.lastUse < $1.value.lastUse }) {
            guard total > maximumMessages else { return }
            guard entry.running == nil, entry.next == nil else { continue }
            total -= (entry.index?.count ?? 0) + 64
            entries[key] = nil
        }
    }
}
