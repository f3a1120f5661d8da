// Deliveries to different accounts that share a transaction, and what becomes of them when somebody else holds a lock.

import Testing

@testable import LightMailCore

@Suite(.timeLimit(.minutes(3))) struct PostQueueTests {
    /// A queue of the bench's database that waits for its transactions as it is told to.
    private func queue(_ bench: StoreBench, limit: Int = 1, patience: Duration = .seconds(3600)) -> PostQueue {
        PostQueue(database: bench.store.database, outbox: bench.store.outbox, limit: limit, patience: patience)
    }

    private func parcel(_ bench: StoreBench, _ accounts: Account...) async throws -> Parcel {
        let message = try await bench.receive(Array("Subject: \(UInt64.random(in: 0 ... .max))\r\n\r\nbody\r\n".utf8))
        var postings: [Posting] = []
        for account in accounts {
            postings.append(
                Posting(
                    account: account.id, mailbox: try await bench.inbox(account).id, flags: [], keywords: [],
                    internalDate: nil, deliveredTo: nil, origin: .local, isDelivery: true))
        }
        return Parcel(message: message, postings: postings)
    }

    private func accounts(_ bench: StoreBench, _ count: Int) async throws -> [Account] {
        var accounts: [Account] = []
        for number in 0..<count { accounts.append(try await bench.account("user\(number)")) }
        return accounts
    }

    private func expectOne(_ results: PostQueue.Results) throws {
        for result in results.joined() { #expect(try result.get().uid == 1) }
        #expect(results.flatMap(\.self).count > 0)
    }

    /// While as many transactions run as may, what arrives for others waits, and shares the next.
    @Test func differentAccountsShareACommit() async throws {
        try await StoreBench.run { bench in
            let accounts = try await accounts(bench, 5)
            let queue = queue(bench)
            var parcels: [Parcel] = []
            for account in accounts { parcels.append(try await parcel(bench, account)) }
            let gate = try await bench.locked(try await bench.inbox(accounts[0]).id)
            let trips = try await bench.roundTrips {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for parcel in parcels.prefix(1) {
                        group.addTask { try expectOne(await queue.post([parcel], together: false)) }
                    }
                    while await queue.runningCount != 1 { await Task.yield() }
                    for parcel in parcels.dropFirst() {
                        group.addTask { try expectOne(await queue.post([parcel], together: false)) }
                    }
                    while await queue.waitingCount != 4 { await Task.yield() }
                    gate.open()
                    try await group.waitForAll()
                }
            }
            try await gate.ended()
            #expect(trips == 2 + 2)
            for account in accounts { #expect(try await bench.inbox(account).messages == 1) }
            #expect(try await bench.findings() == [:])
        }
    }

    /// What shares a transaction with a mailbox that somebody has locked does not wait for it.
    @Test func aLockHoldsUpItsOwnMailAlone() async throws {
        try await StoreBench.run { bench in
            let accounts = try await accounts(bench, 4)
            let queue = queue(bench)
            var parcels: [Parcel] = []
            for account in accounts { parcels.append(try await parcel(bench, account)) }
            let first = try await bench.locked(try await bench.inbox(accounts[0]).id)
            let second = try await bench.locked(try await bench.inbox(accounts[1]).id)
            let running = Task { [parcels] in await queue.post([parcels[0]], together: false) }
            while await queue.runningCount != 1 { await Task.yield() }
            let blocked = Task { [parcels] in await queue.post([parcels[1]], together: false) }
            while await queue.waitingCount != 1 { await Task.yield() }
            let free = [2, 3].map { number in
                Task { [parcels] in await queue.post([parcels[number]], together: false) }
            }
            while await queue.waitingCount != 3 { await Task.yield() }
            first.open()
            try expectOne(await running.value)
            for task in free { try expectOne(await task.value) }
            #expect(try await bench.inbox(accounts[1]).messages == 0)
            second.open()
            try expectOne(await blocked.value)
            try await first.ended()
            try await second.ended()
            #expect(try await bench.inbox(accounts[1]).messages == 1)
            #expect(try await bench.findings() == [:])
        }
    }

    /// A transaction that takes too long is not waited for, and its account's mail keeps its order.
    @Test func aSlowOneIsNotWaitedFor() async throws {
        try await StoreBench.run { bench in
            let accounts = try await accounts(bench, 2)
            let queue = queue(bench, patience: .milliseconds(1))
            let slow = [try await parcel(bench, accounts[0]), try await parcel(bench, accounts[0])]
            let quick = try await parcel(bench, accounts[1])
            let gate = try await bench.locked(try await bench.inbox(accounts[0]).id)
            let first = Task { await queue.post([slow[0]], together: false) }
            while bench.store.database.statistics.inUse == 0 { await Task.yield() }
            let second = Task { await queue.post([slow[1]], together: false) }
            try expectOne(await queue.post([quick], together: false))
            gate.open()
            #expect(try await first.value[0][0].get().uid == 1)
            #expect(try await second.value[0][0].get().uid == 2)
            try await gate.ended()
        }
    }

    /// A mailbox that is gone is told from one that is locked.
    @Test func whatIsGoneIsNotFound() async throws {
        try await StoreBench.run { bench in
            let accounts = try await accounts(bench, 3)
            let queue = queue(bench)
            let parcels = [
                try await parcel(bench, accounts[0]), try await parcel(bench, accounts[1]),
                try await parcel(bench, accounts[2]),
            ]
            let gate = try await bench.locked(try await bench.inbox(accounts[0]).id)
            let running = Task { await queue.post([parcels[0]], together: false) }
            while await queue.runningCount != 1 { await Task.yield() }
            try await bench.run("UPDATE mailboxes SET live = NULL WHERE account_id = \(accounts[1].id.rawValue)")
            let gone = Task { await queue.post([parcels[1]], together: false) }
            let there = Task { await queue.post([parcels[2]], together: false) }
            while await queue.waitingCount != 2 { await Task.yield() }
            gate.open()
            try expectOne(await running.value)
            try expectOne(await there.value)
            let result = await gone.value[0][0]
            #expect(throws: StoreError.self) { try result.get() }
            try await gate.ended()
        }
    }

    /// More headers than one text holds: some objects go ahead, and the rows find their numbers.
    @Test func manyLargeHeaders() async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("a")
            let inbox = try await bench.inbox(account)
            var messages: [AppendedMessage] = []
            for number in 0..<30 {
                let field = "X-Long: " + String(repeating: "\(number % 10)", count: 70) + "\r\n"
                let text = "Subject: \(number)\r\n" + String(repeating: field, count: 1200) + "\r\nbody\r\n"
                messages.append(
                    AppendedMessage(
                        message: try await bench.receive(Array(text.utf8)), flags: [], keywords: [], internalDate: nil))
            }
            let outcome = try await bench.store.delivery.append(messages, account: account.id, to: inbox.id)
            #expect(outcome.uids == Array(1...30))
            let details = try await bench.store.messages.details(
                account: account.id, mailbox: inbox.id, uids: Array(1...30), parts: [])
            #expect(details.map(\.object.key) == messages.map(\.message.object.key))
            #expect(try await bench.findings() == [:])
        }
    }
}
