import MariaDBClient

/// Lets what arrives at the same time share a transaction: its locks, its commit, its flush to the disk.
///
/// A few transactions run at once, each begun as soon as there is something to do. While as many run, what arrives waits,
/// and goes in the next one together. An account is in one of them at a time, as each locks its row. A transaction that
/// several share waits for nobody's locks: what it finds locked goes again by itself, so that a mailbox at which
/// somebody works for long holds up its own mail alone.
package actor PostQueue {
    let database: ConnectionPool
    private let outbox: WebhookOutbox
    private let limit: Int
    private let patience: Duration
    /// In the order of their arrival.
    private var waiting: [Waiting] = []
    /// The accounts of what runs.
    private var busy: Set<AccountID> = []
    /// When the transactions began that count.
    private var running: [UInt64: ContinuousClock.Instant] = [:]
    private var lastID: UInt64 = 0
    private var isWatched = false

    /// Most parcels in a transaction.
    private static let batch = 100
    /// What they may take in memory together: twice as much goes to the server in one text.
    private static let footprint = 2 << 20

    fileprivate struct Waiting {
        let parcels: [Parcel]
        let isIndivisible: Bool
        let accounts: Set<AccountID>
        let done: CheckedContinuation<Results, Never>

        /// Roughly: a posting's row and the event that tells of it take some two kilobytes in the statement, of a hostile subject up to six
        /// more.
        var footprint: Int { parcels.reduce(0) { $0 + $1.message.footprint + $1.postings.count * 2_048 } }

        /// An APPEND that must be whole: a neighbour's failure is not its failure. And what has several parcels, for it cannot go
        /// again when some of them were left out and others are committed.
        var isAlone: Bool { isIndivisible || parcels.count > 1 }
    }

    /// By parcel and posting.
    package typealias Results = [[Result<DeliveredMessage, StoreError>]]

    /// - Parameters:
    ///   - limit: so many transactions run at once before others wait for them.
    ///   - patience: one that takes longer is not waited for any more.
    init(database: ConnectionPool, outbox: WebhookOutbox, limit: Int = 3, patience: Duration = .milliseconds(50)) {
        self.database = database
        self.outbox = outbox
        self.limit = limit
        self.patience = patience
    }

    /// Makes the rows. Returns after the commit.
    ///
    /// - Parameter together: all the parcels or none.
    func post(_ parcels: [Parcel], together: Bool) async -> Results {
        let accounts = Set(
            parcels.flatMap(\.postings).flatMap { [$0.account] + ($0.replaced.map { [$0.account] } ?? []) })
        guard !accounts.isEmpty else { return parcels.map { _ in [] } }
        return await withCheckedContinuation { done in
            waiting.append(Waiting(parcels: parcels, isIndivisible: together, accounts: accounts, done: done))
            pump()
        }
    }

    /// How many calls wait for a transaction.
    var waitingCount: Int { waiting.count }

    /// How many transactions run that others wait for.
    var runningCount: Int { running.count }

    // MARK: Beginning

    private func pump() {
        let now = ContinuousClock.now
        running = running.filter { now - $0.value < patience }
        while running.count < limit, let batch = next() {
            lastID += 1
            let id = lastID
            running[id] = now
            let accounts = batch.accounts
            busy.formUnion(accounts)
            Task {
                let blocked = await self.run(batch, waits: batch.count == 1)
                self.end(id, accounts.subtracting(blocked.accounts))
                self.runPatiently(blocked)
            }
        }
        watch()
    }

    /// What can go together now.
    private func next() -> [Waiting]? {
        var batch: [Waiting] = []
        var rest: [Waiting] = []
        var taken = busy
        var footprint = 0
        for call in waiting {
            let hasRoom =
                batch.isEmpty
                || batch.count < Self.batch && !call.isAlone && footprint + call.footprint <= Self.footprint
                    && batch.first?.isAlone == false
            // Of one account, several go together, but none overtakes another.
            if hasRoom, call.accounts.isDisjoint(with: taken) {
                batch.append(call)
                footprint += call.footprint
            } else {
                taken.formUnion(call.accounts)
                rest.append(call)
            }
        }
        waiting = rest
        return batch.isEmpty ? nil : batch
    }

    /// What was locked, an account's together; these transactions wait for the locks, and nobody for them.
    private func runPatiently(_ blocked: [Waiting]) {
        var rest = blocked[...]
        while let first = rest.popFirst() {
            // What shares an account with it, by itself or by way of others.
            var group = [first]
            while let index = rest.firstIndex(where: { !$0.accounts.isDisjoint(with: group.accounts) }) {
                group.append(rest.remove(at: index))
            }
            Task { [group] in
                _ = await self.run(group, waits: true)
                self.end(nil, group.accounts)
            }
        }
    }

    private func end(_ id: UInt64?, _ accounts: Set<AccountID>) {
        if let id { running[id] = nil }
        busy.subtract(accounts)
        pump()
    }

    /// Looks again when transactions that run have taken too long.
    private func watch() {
        guard !isWatched, !waiting.isEmpty, let first = running.values.min() else { return }
        isWatched = true
        Task {
            try? await Task.sleep(until: first + patience)
            self.isWatched = false
            self.pump()
        }
    }

    // MARK: Running

    /// - Returns: what is to go again, because others held its locks; nothing when this one waits for them.
    private func run(_ batch: [Waiting], waits: Bool) async -> [Waiting] {
        do {
            var outcome = try await outcome(
                of: batch.flatMap(\.parcels), isWhole: batch.contains(where: \.isIndivisible), waits: waits)[...]
            var blocked: [Waiting] = []
            for call in batch {
                let results = outcome.prefix(call.parcels.count).compactMap(\.self)
                outcome = outcome.dropFirst(call.parcels.count)
                if results.count == call.parcels.count {
                    call.done.resume(returning: results)
                } else {
                    blocked.append(call)
                }
            }
            return blocked
        } catch {
            let error = StoreError(error)
            // What one message made impossible must not hit its neighbours; what MySQL made impossible hits all.
            if batch.count > 1, error.kind != .unavailable {
                for call in batch { _ = await run([call], waits: true) }
            } else {
                for call in batch { call.done.resume(returning: call.failed(error)) }
            }
            return []
        }
    }
}

extension PostQueue {
    /// How long to wait before each look for what a transaction did whose COMMIT was not answered. A server that was
    /// restarted, or another that took its place, is back within that time.
    private static let looks: [Duration] = [.zero, .milliseconds(200), .seconds(1), .seconds(3), .seconds(6)]

    /// Runs the transaction. Where the connection was lost in COMMIT, it is run again: what it finds that the first had
    /// done it does not do twice, so that nobody need send a message again that is there already. What these runs do not find says
    /// nothing of what the first has done: whatever they answer, no object is given up, and a failure is one to come again with. An object
    /// that is in no row after all is the sweep's.
    private func outcome(of parcels: [Parcel], isWhole: Bool, waits: Bool) async throws -> PostTransaction.Outcome {
        let lost: DatabaseError
        do {
            return try await transaction(PostTransaction(parcels, isWhole: isWhole, waits: waits, outbox: outbox))
        } catch let error as DatabaseError where error.kind == .outcomeUnknown {
            lost = error
        }
        for wait in Self.looks {
            try await Task.sleep(for: wait)
            do {
                return try await transaction(
                    PostTransaction(parcels, isWhole: isWhole, waits: true, outbox: outbox, isRepeat: true)
                ).map { $0?.map(\.afterUnknownOutcome) }
            } catch {
                continue
            }
        }
        throw lost
    }

    private func transaction(_ transaction: PostTransaction) async throws -> PostTransaction.Outcome {
        try await database.transaction { try transaction.run(on: $0) }
    }
}

extension Result<DeliveredMessage, StoreError> {
    /// Nothing in it says that a message's object is in no row.
    fileprivate var afterUnknownOutcome: Self {
        map { DeliveredMessage(mailbox: $0.mailbox, uidValidity: $0.uidValidity, uid: $0.uid, isRepeat: false) }
            .mapError { StoreError(.unavailable, "a COMMIT was not answered, and now: \($0)") }
    }
}

extension PostQueue.Waiting {
    fileprivate func failed(_ error: StoreError) -> PostQueue.Results {
        parcels.map { $0.postings.map { _ in .failure(error) } }
    }
}

extension [PostQueue.Waiting] {
    fileprivate var accounts: Set<AccountID> { reduce(into: []) { $0.formUnion($1.accounts) } }
}
