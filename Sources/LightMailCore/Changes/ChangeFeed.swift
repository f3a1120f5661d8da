import Logging
import MariaDBClient
import Synchronization

/// Tells this process of changes that any process commits to a mailbox: one query a tick, costing what changed. Where the
/// database's binary log can be followed, it rings for each commit, and the query comes at once.
///
/// Rows of `mailbox_changes` are numbered when they are inserted and seen when they commit, so a low number can appear
/// after a high one. The reader remembers the numbers it jumped over and asks for them again, until they can no longer
/// come. Nothing is read while nobody watches.
package final class ChangeFeed: Sendable {
    private let database: ConnectionPool
    private let tick: Duration
    private let logger: Logger
    private let alarm = FeedAlarm()
    private let binlog: BinlogTail?
    private let watchers = Mutex(Watchers())
    private let lookCount = Atomic<UInt64>(0)
    private let reader = Mutex<Task<Void, Never>?>(nil)

    /// Called on a change; on any thread, and briefly. Where it was of messages alone, it is given the mod-sequence, which who has
    /// read the mailbox since knows already.
    package typealias Handler = @Sendable (ModSeq?) -> Void

    /// Called with the events of an account that one reading found, in the order of the feed; with nil when some may have
    /// been missed. On any thread, and briefly.
    package typealias EventHandler = @Sendable ([ChangeEvent]?) -> Void

    private struct Watchers {
        var next: UInt64 = 0
        var mailboxes: [MailboxID: [UInt64: Handler]] = [:]
        var accounts: [AccountID: [UInt64: EventHandler]] = [:]
        /// Whether the reader knows that somebody watches.
        var isRead = false
        /// Who waits for the end of a reading that begins later.
        var waiting: [CheckedContinuation<Bool, Never>] = []

        var isEmpty: Bool { mailboxes.isEmpty && accounts.isEmpty }
    }

    /// - Parameter followsBinlog: follows the database's binary log beside the ticks, where the server lets it.
    init(database: ConnectionPool, tick: Duration, followsBinlog: Bool = false, logger: Logger) {
        self.database = database
        self.tick = tick
        self.logger = logger
        binlog =
            followsBinlog
            ? BinlogTail(database.configuration, table: "mailbox_changes", logger: logger) { [alarm] in alarm.ring() }
            : nil
    }

    /// How often the table has been read: a round trip each.
    package var looks: UInt64 { lookCount.load(ordering: .relaxed) }

    /// Whether commits ring, so that nothing waits for a tick.
    package var isFollowingBinlog: Bool { binlog?.isFollowing ?? false }

    /// Calls `handler` after every change of the mailbox until the subscription ends.
    package func watch(mailbox: MailboxID, _ handler: @escaping Handler) -> ChangeSubscription {
        let id = watchers.withLock { watchers in
            watchers.next += 1
            watchers.mailboxes[mailbox, default: [:]][watchers.next] = handler
            return watchers.next
        }
        beginIfIdle()
        return ChangeSubscription { [self] in
            watchers.withLock { watchers in
                watchers.mailboxes[mailbox]?[id] = nil
                if watchers.mailboxes[mailbox]?.isEmpty == true { watchers.mailboxes[mailbox] = nil }
            }
        }
    }

    /// Calls `handler` with every event of the account until the subscription ends. Each is told once, whichever process
    /// it comes from, as it is read from the table.
    package func watch(account: AccountID, _ handler: @escaping EventHandler) -> ChangeSubscription {
        let id = watchers.withLock { watchers in
            watchers.next += 1
            watchers.accounts[account, default: [:]][watchers.next] = handler
            return watchers.next
        }
        beginIfIdle()
        return ChangeSubscription { [self] in
            watchers.withLock { watchers in
                watchers.accounts[account]?[id] = nil
                if watchers.accounts[account]?.isEmpty == true { watchers.accounts[account] = nil }
            }
        }
    }

    /// Returns once everything that was committed before is told, so that what is read from the store now is what later
    /// events go on from.
    ///
    /// - Throws: `StoreError` unavailable.
    package func catchUp() async throws(StoreError) {
        let isDone = await withCheckedContinuation { continuation in
            watchers.withLock { $0.waiting.append(continuation) }
            alarm.ring()
        }
        guard isDone else { throw StoreError(.unavailable, "the change feed cannot be read") }
    }

    /// The first who watches does not wait for a tick until the log is followed.
    private func beginIfIdle() {
        guard binlog != nil else { return }
        let wasIdle = watchers.withLock { watchers in
            defer { watchers.isRead = true }
            return !watchers.isRead
        }
        if wasIdle { alarm.ring() }
    }

    /// Tells this process's watchers of the mailbox of its own change at once. The others, and who watches the account,
    /// read it from the table.
    func post(account: AccountID, mailbox: MailboxID) {
        wake(mailbox)
    }

    private func wake(_ mailbox: MailboxID, _ modSeq: ModSeq? = nil) {
        for handler in watchers.withLock({ $0.mailboxes[mailbox].map { Array($0.values) } ?? [] }) { handler(modSeq) }
    }

    /// Wakes each mailbox once.
    private func wake(_ entries: [FeedEntry]) {
        for (mailbox, entries) in Dictionary(grouping: entries, by: \.event.mailbox) {
            wake(mailbox, entries.allSatisfy(\.event.kind.isOfMessages) ? entries.map(\.modSeq).max() : nil)
        }
    }

    private func tell(_ events: [ChangeEvent]) {
        for (account, events) in Dictionary(grouping: events, by: \.account) {
            for handler in watchers.withLock({ $0.accounts[account].map { Array($0.values) } ?? [] }) {
                handler(events)
            }
        }
    }

    /// Begins to read; ends with `stop`.
    func start() {
        reader.withLock { reader in
            guard reader == nil else { return }
            reader = Task { await self.run() }
        }
    }

    func stop() async {
        let task = reader.withLock { reader in
            defer { reader = nil }
            return reader
        }
        task?.cancel()
        await binlog?.stop()
        await task?.value
    }

    private func run() async {
        var position: FeedPosition?
        var isAway = false
        while !Task.isCancelled {
            let (isIdle, waiting) = watchers.withLock { watchers in
                defer { watchers.waiting = [] }
                watchers.isRead = !watchers.isEmpty
                return (watchers.isEmpty, watchers.waiting)
            }
            if !isIdle { binlog?.start() }
            do {
                if isIdle {
                    position = nil
                } else if let known = position {
                    position = try await advance(known)
                } else {
                    position = try await FeedPosition.now(database)
                    // What was committed between the watching and the position is not in the feed: let all look once.
                    wakeAll()
                }
                isAway = false
                for continuation in waiting { continuation.resume(returning: true) }
            } catch {
                if !isAway { logger.warning("change feed cannot read", metadata: ["error": "\(error)"]) }
                isAway = true
                for continuation in waiting { continuation.resume(returning: false) }
            }
            await alarm.wait(atMost: tick)
        }
        for continuation in watchers.withLock({ $0.waiting }) { continuation.resume(returning: false) }
    }

    private func advance(_ known: FeedPosition) async throws -> FeedPosition {
        var position = known
        lookCount.add(1, ordering: .relaxed)
        let entries = try await position.read(database)
        if position.lostTrack {
            logger.notice("change feed jumped ahead: every watcher looks for itself")
            wakeAll()
            for handler in watchers.withLock({ $0.accounts.values.flatMap(\.values) }) { handler(nil) }
        }
        wake(entries)
        tell(entries.map(\.event))
        return position
    }

    private func wakeAll() {
        for handler in watchers.withLock({ $0.mailboxes.values.flatMap(\.values) }) { handler(nil) }
    }
}

/// A watch on the feed: ends when it is cancelled or let go.
package final class ChangeSubscription: Sendable {
    private let end: Mutex<(@Sendable () -> Void)?>

    init(_ end: @escaping @Sendable () -> Void) {
        self.end = Mutex(end)
    }

    /// Ends the watch; again does nothing.
    package func cancel() {
        let action = end.withLock { end in
            defer { end = nil }
            return end
        }
        action?()
    }

    deinit { cancel() }
}
