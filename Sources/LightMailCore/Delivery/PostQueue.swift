import MariaDBClient

/// Lets what goes into the same mailbox at the same time share a transaction.
///
/// A mailbox's row is locked until the commit is on the disk, so one commit a message would hold a hot mailbox to as
/// many messages a second as the disk flushes. While a transaction of a lane runs, what arrives for the lane waits, and
/// goes in the next one together. A lane is the first of a parcel's mailboxes.
package actor PostQueue {
    private let database: ConnectionPool
    private let outbox: WebhookOutbox
    private var lanes: [MailboxID: [Waiting]] = [:]

    /// Most parcels in a transaction.
    private static let batch = 100

    fileprivate struct Waiting {
        let parcels: [Parcel]
        let isIndivisible: Bool
        let done: CheckedContinuation<PostTransaction.Outcome, Never>
    }

    init(database: ConnectionPool, outbox: WebhookOutbox) {
        self.database = database
        self.outbox = outbox
    }

    /// Makes the rows. Returns after the commit.
    ///
    /// - Parameter together: all the parcels or none.
    func post(_ parcels: [Parcel], together: Bool) async -> PostTransaction.Outcome {
        guard let lane = parcels.flatMap(\.postings).map(\.mailbox).min() else { return parcels.map { _ in [] } }
        return await withCheckedContinuation { done in
            let waiting = Waiting(parcels: parcels, isIndivisible: together, done: done)
            if lanes[lane] == nil {
                lanes[lane] = [waiting]
                Task { await self.drain(lane) }
            } else {
                lanes[lane]?.append(waiting)
            }
        }
    }

    /// How many calls wait for the next transaction of a mailbox's lane; nil while none runs.
    func count(waitingFor lane: MailboxID) -> Int? { lanes[lane]?.count }

    private func drain(_ lane: MailboxID) async {
        while let batch = next(lane) {
            await run(batch)
        }
    }

    private func next(_ lane: MailboxID) -> [Waiting]? {
        guard let waiting = lanes[lane], let first = waiting.first else {
            lanes[lane] = nil
            return nil
        }
        // An APPEND that must be whole has a transaction of its own: a neighbour's failure is not its failure.
        let count = first.isIndivisible ? 1 : waiting.prefix { !$0.isIndivisible }.prefix(Self.batch).count
        lanes[lane] = Array(waiting.dropFirst(count))
        return Array(waiting.prefix(count))
    }

    private func run(_ batch: [Waiting]) async {
        do {
            var outcome = try await outcome(
                of: batch.flatMap(\.parcels), isWhole: batch.contains(where: \.isIndivisible))[...]
            for waiting in batch {
                waiting.done.resume(returning: Array(outcome.prefix(waiting.parcels.count)))
                outcome = outcome.dropFirst(waiting.parcels.count)
            }
        } catch {
            let error = StoreError(error)
            // What one message made impossible must not hit its neighbours; what MySQL made impossible hits all.
            if batch.count > 1, error.kind != .unavailable {
                for waiting in batch { await run([waiting]) }
            } else {
                for waiting in batch { waiting.done.resume(returning: waiting.failed(error)) }
            }
        }
    }
}

extension PostQueue {
    /// How long to wait before each look for what a transaction did whose COMMIT was not answered. A server that was
    /// restarted, or another that took its place, is back within that time.
    private static let looks: [Duration] = [.zero, .milliseconds(200), .seconds(1), .seconds(3), .seconds(6)]

    /// Runs the transaction. Where the connection was lost in COMMIT, it is run again: what it finds that the first had
    /// done it does not do twice, so that nobody need send a message again that is there already.
    private func outcome(of parcels: [Parcel], isWhole: Bool) async throws -> PostTransaction.Outcome {
        let lost: DatabaseError
        do {
            return try await transaction(parcels, isWhole, isRepeat: false)
        } catch let error as DatabaseError where error.kind == .outcomeUnknown {
            lost = error
        }
        for wait in Self.looks {
            try await Task.sleep(for: wait)
            do {
                return try await transaction(parcels, isWhole, isRepeat: true)
            } catch let error as DatabaseError where [.unavailable, .outcomeUnknown].contains(error.kind) {
                continue
            }
        }
        throw lost
    }

    private func transaction(
        _ parcels: [Parcel], _ isWhole: Bool, isRepeat: Bool
    ) async throws -> PostTransaction.Outcome {
        try await database.transaction { [outbox] connection in
            try PostTransaction(parcels: parcels, isWhole: isWhole, outbox: outbox, isRepeat: isRepeat)
                .run(on: connection)
        }
    }
}

extension PostQueue.Waiting {
    fileprivate func failed(_ error: StoreError) -> PostTransaction.Outcome {
        parcels.map { $0.postings.map { _ in .failure(error) } }
    }
}
