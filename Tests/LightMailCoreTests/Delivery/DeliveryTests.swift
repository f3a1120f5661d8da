// Deliveries as transactions: exactly once, with shared commits, within quota, at a constant cost.

import Testing

@testable import LightMailCore

@Suite(.timeLimit(.minutes(3))) struct DeliveryTests {
    @Test func aRetryAddsNothing() async throws {
        try await StoreBench.run { bench in
            let (first, second) = (try await bench.account("first"), try await bench.account("second"))
            let bytes = Array("Subject: once\r\n\r\nbody\r\n".utf8)
            let original = try await bench.deliver(bytes, to: [first])
            // The retry names one more recipient, as when the first try reached only some.
            let retry = try await bench.deliver(bytes, to: [first, second])
            #expect(original.map(\.isRepeat) == [false] && retry.map(\.isRepeat) == [true, false])
            #expect(retry[0].uid == original[0].uid)
            #expect(try await bench.inbox(first).messages == 1)
            #expect(try await bench.inbox(second).messages == 1)
            // A third time, and its object is not kept.
            _ = try await bench.deliver(bytes, to: [first, second])
            #expect(try await bench.keys().count == 2)
            #expect(try await bench.findings() == [:])
        }
    }

    /// The same bytes, at the same time, through several doors: one row.
    @Test func simultaneousRetriesAddOneMessage() async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("a")
            let bytes = Array("Subject: at once\r\n\r\nbody\r\n".utf8)
            let outcomes = try await withThrowingTaskGroup(of: [DeliveredMessage].self) { group in
                for _ in 0..<8 { group.addTask { try await bench.deliver(bytes, to: [account]) } }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(outcomes.filter { !$0.isRepeat }.count == 1)
            #expect(Set(outcomes.map(\.uid)).count == 1)
            #expect(try await bench.inbox(account).messages == 1)
        }
    }

    @Test(arguments: [1, 25]) func theCostDoesNotGrowWithTheRecipients(_ recipients: Int) async throws {
        try await StoreBench.run { bench in
            var accounts: [Account] = []
            for number in 0..<recipients { accounts.append(try await bench.account("user\(number)")) }
            let targets = try await bench.targets(accounts)
            let message = try await bench.receive(Array("Subject: all\r\n\r\nbody\r\n".utf8))
            let trips = try await bench.roundTrips {
                for result in await bench.store.delivery.deliver(message, to: targets) { _ = try result.get() }
            }
            #expect(trips == 2)
        }
    }

    /// While one transaction of a mailbox runs, what arrives waits and shares the next.
    @Test func deliveriesToOneMailboxShareACommit() async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("a")
            let targets = try await bench.targets([account])
            var messages: [ReceivedMessage] = []
            for number in 0..<40 {
                messages.append(try await bench.receive(Array("Subject: \(number)\r\n\r\nbody\r\n".utf8)))
            }
            let inbox = try await bench.inbox(account)
            let gate = try await bench.locked(inbox.id)
            let trips = try await bench.roundTrips {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    func deliver(_ messages: ArraySlice<ReceivedMessage>) {
                        for message in messages {
                            group.addTask {
                                for result in await bench.store.delivery.deliver(message, to: targets) {
                                    _ = try result.get()
                                }
                            }
                        }
                    }
                    // The first one's transaction waits at the gate, and all the others in the queue.
                    deliver(messages.prefix(1))
                    while await bench.store.delivery.queue.runningCount != 1 { await Task.yield() }
                    deliver(messages.dropFirst())
                    while await bench.store.delivery.queue.waitingCount != 39 { await Task.yield() }
                    gate.open()
                    try await group.waitForAll()
                }
            }
            try await gate.ended()
            // Two transactions: a lock, and all else with the commit, each.
            #expect(trips == 2 * 2)
            let after = try await bench.inbox(account)
            #expect(after.messages == 40 && after.uidNext == 41)
            #expect(try await bench.findings() == [:])
        }
    }

    @Test func aFullMailboxDoesNotStopTheOthers() async throws {
        try await StoreBench.run { bench in
            let (full, open) = (try await bench.account("full"), try await bench.account("open"))
            let targets = try await bench.targets([full, open])
            try await bench.limit(full, QuotaChange(bytes: .at(10)))
            let message = try await bench.receive(Array("Subject: too large\r\n\r\nbody\r\n".utf8))
            let results = await bench.store.delivery.deliver(message, to: targets)
            #expect(throws: StoreError.self) { _ = try results[0].get() }
            _ = try results[1].get()
            #expect(try await bench.inbox(full).messages == 0)
            #expect(try await bench.inbox(open).messages == 1)
            #expect(try await bench.findings() == [:])
        }
    }

    @Test func anAppendOfSeveralIsAllOrNothing() async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("a")
            try await bench.limit(account, QuotaChange(messages: .at(2)))
            let inbox = try await bench.inbox(account)
            func messages(_ count: Int) async throws -> [AppendedMessage] {
                var messages: [AppendedMessage] = []
                for number in 0..<count {
                    let message = try await bench.receive(Array("Subject: \(number)\r\n\r\nbody\r\n".utf8))
                    messages.append(AppendedMessage(message: message, flags: .seen, keywords: [], internalDate: nil))
                }
                return messages
            }
            do {
                _ = try await bench.store.delivery.append(try await messages(3), account: account.id, to: inbox.id)
                Issue.record("three where two fit")
            } catch let error as StoreError {
                #expect(error.kind == .overQuota)
            }
            #expect(try await bench.inbox(account).messages == 0)
            let outcome = try await bench.store.delivery.append(
                try await messages(2), account: account.id, to: inbox.id)
            #expect(outcome.uids.count == 2 && outcome.uidValidity == inbox.uidValidity)
        }
    }

    /// An account that is removed between RCPT and the end of DATA.
    @Test func anAccountThatWentAwayIsNotFound() async throws {
        try await StoreBench.run { bench in
            let (gone, there) = (try await bench.account("gone"), try await bench.account("there"))
            let targets = try await bench.targets([gone, there])
            try await bench.store.accounts.remove(try EmailAddress(gone.username))
            let message = try await bench.receive(Array("Subject: late\r\n\r\nbody\r\n".utf8))
            let results = await bench.store.delivery.deliver(message, to: targets)
            do {
                _ = try results[0].get()
                Issue.record("delivered to nobody")
            } catch let error as StoreError {
                #expect(error.kind == .notFound)
            }
            _ = try results[1].get()
        }
    }
}
