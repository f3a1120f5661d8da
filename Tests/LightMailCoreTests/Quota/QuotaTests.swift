// Limits of domains and of mailboxes: enforced wherever something is added, counted wherever something goes, and costing
// nothing where there is none.

import Foundation
import Logging
import MariaDBClient
import Testing

@testable import LightMailCore

@Suite(.timeLimit(.minutes(3))) struct QuotaTests {
    private func domain(_ bench: StoreBench) async throws -> Quota {
        try await bench.store.quotas.find(.domain(try DomainName("example.com")))
    }

    private func limit(_ bench: StoreBench, bytes: QuotaChange.Limit? = nil, messages: QuotaChange.Limit? = nil)
        async throws
    {
        try await bench.store.quotas.change(
            .domain(try DomainName("example.com")), QuotaChange(bytes: bytes, messages: messages))
    }

    /// What is stored of the domain's use.
    private func stored(_ bench: StoreBench) async throws -> Int64 {
        try await bench.store.database.read { try $0.script("SELECT used_messages FROM domains")[0].rows[0][0].int64 }
    }

    private func message(_ bench: StoreBench) async throws -> AppendedMessage {
        let incoming = bench.store.delivery.begin()
        try await incoming.write(Array("Subject: \(UUID())\r\n\r\nbody\r\n".utf8))
        return AppendedMessage(message: try await incoming.finish(), flags: [], keywords: [], internalDate: nil)
    }

    private func expectOverQuota(_ body: () async throws -> Void) async {
        await #expect { try await body() } throws: { ($0 as? StoreError)?.kind == .overQuota }
    }

    @Test func aDomainsLimitHoldsForAllItsAccountsTogether() async throws {
        try await StoreBench.run { bench in
            let store = bench.store
            let first = try await bench.account("first")
            let second = try await bench.account("second")
            try await bench.deliver(to: first)
            try await bench.deliver(to: second)
            // What was there before the limit counts.
            try await limit(bench, messages: .at(4))
            #expect(try await stored(bench) == 2)
            let inbox = try await bench.inbox(first)
            let archive = try await store.mailboxes.find(first.id, try MailboxPath("Archive"))
            _ = try await store.messages.copy(
                account: first.id, from: inbox.id, uids: UIDSet([1]), to: archive.id)
            _ = try await store.delivery.append(
                [try await message(bench)], account: second.id, to: bench.inbox(second).id)
            #expect(try await stored(bench) == 4)

            await expectOverQuota {
                _ = try await store.messages.copy(
                    account: first.id, from: inbox.id, uids: UIDSet([1]), to: archive.id)
            }
            await expectOverQuota {
                _ = try await store.delivery.append([try await message(bench)], account: first.id, to: inbox.id)
            }
            // At RCPT already, and for who got past it.
            await expectOverQuota { _ = try await store.accounts.resolve(recipient: "second@example.com") }
            let incoming = store.delivery.begin()
            try await incoming.write(Array("Subject: late\r\n\r\n".utf8))
            let target = DeliveryTarget(account: first.id, mailbox: inbox.id, recipient: "first@example.com")
            let results = await store.delivery.deliver(try await incoming.finish(), to: [target])
            await expectOverQuota { for result in results { _ = try result.get() } }

            // A move adds nothing, an expunge makes room, and so does a mailbox that goes.
            _ = try await store.messages.move(account: first.id, from: inbox.id, uids: UIDSet([1]), to: archive.id)
            #expect(try await stored(bench) == 4)
            _ = try await store.messages.remove(account: first.id, mailbox: archive.id, uids: UIDSet([1]))
            #expect(try await stored(bench) == 3)
            try await store.mailboxes.delete(first.id, try MailboxPath("Archive"))
            #expect(try await stored(bench) == 2)
            try await bench.deliver(to: first)
            #expect(try await stored(bench) == 3)
            // An account that goes takes its share along, once.
            try await store.accounts.remove(try EmailAddress("second@example.com"))
            #expect(try await stored(bench) == 1)
            #expect(try await domain(bench).messages == QuotaResource(used: 1, limit: 4))
            // One that comes is counted from its first message on.
            let third = try await bench.account("third")
            try await bench.deliver(to: third)
            #expect(try await stored(bench) == 2)
            #expect(try await bench.findings() == [:])
            try await limit(bench, messages: QuotaChange.Limit.none)
            #expect(try await stored(bench) == 0)
            try await bench.deliver(to: third)
            #expect(try await stored(bench) == 0)
            #expect(try await domain(bench).messages == QuotaResource(used: 3, limit: nil))
            #expect(try await bench.findings() == [:])
        }
    }

    @Test func bytesOfADomainAreLimitedToo() async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("a")
            let size = try await bench.deliver(to: account).size
            try await limit(bench, bytes: .at(UInt64(try await domain(bench).bytes.used) + size))
            await expectOverQuota {
                let inbox = try await bench.inbox(account)
                _ = try await bench.store.delivery.append(
                    [try await message(bench), try await message(bench)], account: account.id, to: inbox.id)
            }
            // All or none: nothing of it was counted.
            #expect(try await stored(bench) == 1)
            #expect(try await bench.findings() == [:])
        }
    }

    @Test func withoutALimitNobodyWaitsForTheDomain() async throws {
        try await StoreBench.run { bench in
            let store = bench.store
            let account = try await bench.account("a")
            let target = try await store.accounts.resolve(recipient: "a@example.com")
            let inbox = try await bench.inbox(account)
            let archive = try await store.mailboxes.find(account.id, try MailboxPath("Archive"))
            let (locked, isLocked) = AsyncStream<Void>.makeStream()
            let release = DispatchSemaphore(value: 0)
            async let holder: Void = store.database.transaction { connection in
                _ = try connection.script("SELECT id FROM domains FOR UPDATE")
                isLocked.yield()
                release.wait()
            }
            for await _ in locked { break }
            // Each would wait until MySQL gives the lock up.
            let outcome: Result<Void, any Error>
            do {
                let incoming = store.delivery.begin()
                try await incoming.write(Array("Subject: a\r\n\r\nbody\r\n".utf8))
                for result in await store.delivery.deliver(try await incoming.finish(), to: target) {
                    _ = try result.get()
                }
                _ = try await store.messages.copy(
                    account: account.id, from: inbox.id, uids: UIDSet([1]), to: archive.id)
                _ = try await store.messages.remove(account: account.id, mailbox: inbox.id, uids: UIDSet([1]))
                try await store.mailboxes.delete(account.id, try MailboxPath("Archive"))
                outcome = .success(())
            } catch {
                outcome = .failure(error)
            }
            release.signal()
            try await holder
            try outcome.get()
            #expect(try await bench.findings() == [:])
        }
    }

    @Test func aLimitThatComesAmongDeliveriesCountsThemAll() async throws {
        try await StoreBench.run { bench in
            var accounts: [Account] = []
            for name in ["a", "b", "c"] { accounts.append(try await bench.account(name)) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for account in accounts {
                    group.addTask { for _ in 0..<15 { try await bench.deliver(to: account) } }
                }
                group.addTask {
                    for round in 0..<6 {
                        try await bench.store.quotas.change(
                            .domain(try DomainName("example.com")),
                            QuotaChange(messages: round % 2 == 0 ? .at(1000) : QuotaChange.Limit.none))
                    }
                    try await bench.store.quotas.change(
                        .domain(try DomainName("example.com")), QuotaChange(messages: .at(1000)))
                }
                try await group.waitForAll()
            }
            #expect(try await stored(bench) == 45)
            #expect(try await bench.findings() == [:])
        }
    }

    @Test func mailboxesAreLimited() async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("a")
            let owner = try QuotaOwner("a@example.com")
            try await bench.store.quotas.change(owner, QuotaChange(mailboxes: .at(7)))
            try await bench.store.mailboxes.create(account.id, try MailboxPath("seventh"))
            await expectOverQuota {
                try await bench.store.mailboxes.create(account.id, try MailboxPath("eighth"))
            }
            await expectOverQuota {
                try await bench.store.mailboxes.rename(account.id, from: .inbox, to: try MailboxPath("eighth"))
            }
            #expect(try await bench.store.quotas.find(owner).mailboxes == QuotaResource(used: 7, limit: 7))
            try await bench.store.quotas.change(owner, QuotaChange(bytes: .at(5)))
            #expect(try await bench.store.quotas.find(owner).mailboxes?.limit == 7, "what is not named stays")
            try await bench.store.quotas.change(owner, QuotaChange(mailboxes: QuotaChange.Limit.none))
            try await bench.store.mailboxes.create(account.id, try MailboxPath("eighth"))
            let domain = QuotaOwner.domain(try DomainName("example.com"))
            await #expect(throws: StoreError.self) {
                try await bench.store.quotas.change(domain, QuotaChange(mailboxes: .at(7)))
            }
        }
    }

    @Test func aRecountCorrectsWhatItIsAskedTo() async throws {
        try await StoreBench.run { bench in
            let first = try await bench.account("first")
            _ = try await bench.account("second")
            try await bench.deliver(to: first)
            try await limit(bench, messages: .at(100))
            try await bench.run("UPDATE accounts SET used_messages = 50;UPDATE domains SET used_messages = 100")
            let one = try await bench.fsck.recount(try QuotaOwner("first@example.com"))
            #expect(one.findings == [.accountUsage: 1, .domainUsage: 1] && one.isClean && one.accounts == 1)
            #expect(try await stored(bench) == 51)
            let all = try await bench.fsck.recount(nil)
            #expect(all.findings == [.accountUsage: 1, .domainUsage: 1] && all.accounts == 2 && all.domains == 1)
            #expect(try await bench.findings() == [:])
            await #expect { _ = try await bench.fsck.recount(try QuotaOwner("nobody@example.com")) } throws: {
                ($0 as? StoreError)?.kind == .notFound
            }
        }
    }
}
