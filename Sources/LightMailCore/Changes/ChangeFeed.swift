import Logging
import MariaDBClient
import Synchronization

/// Tells this process of changes that any process commits to a mailbox: one query a tick, costing what changed.
///
/// Rows of `mailbox_changes` are numbered when they are inserted and seen when they commit, so a low number can appear
/// after a high one. The reader remembers the numbers it jumped over and asks for them again, until they can no longer
/// come. Nothing is read while nobody watches.
package final class ChangeFeed: Sendable {
    private let database: ConnectionPool
    private let tick: Duration
    private let logger: Logger
    private let watchers = Mutex(Watchers())
    private let reader = Mutex<Task<Void, Never>?>(nil)

    /// Called on a change; on any thread, and briefly.
    package typealias Handler = @Sendable () -> Void

    private struct Watchers {
        var next: UInt64 = 0
        var mailboxes: [MailboxID: [UInt64: Handler]] = [:]
        var accounts: [AccountID: [UInt64: Handler]] = [:]

        var all: [Handler] {
            mailboxes.values.flatMap(\.values) + accounts.values.flatMap(\.values)
        }

        func handlers(_ account: AccountID, _ mailbox: MailboxID) -> [Handler] {
            (mailboxes[mailbox].map { Array($0.values) } ?? []) + (accounts[account].map { Array($0.values) } ?? [])
        }
    }

    init(database: ConnectionPool, tick: Duration, logger: Logger) {
        self.database = database
        self.tick = tick
        self.logger = logger
    }

    /// Calls `handler` after every change of the mailbox until the subscription ends.
    package func watch(mailbox: MailboxID, _ handler: @escaping Handler) -> ChangeSubscription {
        let id = watchers.withLock { watchers in
            watchers.next += 1
            watchers.mailboxes[mailbox, default: [:]][watchers.next] = handler
            return watchers.next
        }
        return ChangeSubscription { [self] in
            watchers.withLock { watchers in
                watchers.mailboxes[mailbox]?[id] = nil
                if watchers.mailboxes[mailbox]?.isEmpty == true { watchers.mailboxes[mailbox] = nil }
            }
        }
    }

    /// Calls `handler` after every change of any mailbox of the account until the subscription ends.
    package func watch(account: AccountID, _ handler: @escaping Handler) -> ChangeSubscription {
        let id = watchers.withLock { watchers in
            watchers.next += 1
            watchers.accounts[account, default: [:]][watchers.next] = handler
            return watchers.next
        }
        return ChangeSubscription { [self] in
            watchers.withLock { watchers in
                watchers.accounts[account]?[id] = nil
                if watchers.accounts[account]?.isEmpty == true { watchers.accounts[account] = nil }
            }
        }
    }

    /// Tells this process's watchers of its own change at once; the others read it from the table.
    func post(account: AccountID, mailbox: MailboxID) {
        for handler in watchers.withLock({ $0.handlers(account, mailbox) }) { handler() }
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
        await task?.value
    }

    private func run() async {
        var position: FeedPosition?
        var isAway = false
        while !Task.isCancelled {
            do {
                if watchers.withLock({ $0.mailboxes.isEmpty && $0.accounts.isEmpty }) {
                    position = nil
                } else if let known = position {
                    position = try await advance(known)
                } else {
                    position = try await FeedPosition.now(database)
                    // What was committed between the watching and the position is not in the feed: let all look once.
                    wakeAll()
                }
                isAway = false
            } catch {
                if !isAway { logger.warning("change feed cannot read", metadata: ["error": "\(error)"]) }
                isAway = true
            }
            try? await Task.sleep(for: tick)
        }
    }

    private func advance(_ known: FeedPosition) async throws -> FeedPosition {
        var position = known
        let changes = try await position.read(database)
        if position.lostTrack {
            logger.notice("change feed jumped ahead: every watcher looks for itself")
            wakeAll()
        }
        for change in Set(changes) { post(account: change.account, mailbox: change.mailbox) }
        return position
    }

    private func wakeAll() {
        for handler in watchers.withLock({ $0.all }) { handler() }
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
