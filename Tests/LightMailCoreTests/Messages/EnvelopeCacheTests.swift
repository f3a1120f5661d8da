// Packs of envelopes: what they hold, whose they are, what they cost, and what is forgotten.

import MailFormat
import MariaDBClient
import Testing

@testable import LightMailCore

@Suite(.timeLimit(.minutes(3))) struct EnvelopeCacheTests {
    /// The subjects that a pack has for messages; nil for one that is not there.
    private func subjects(_ pack: EnvelopePack, _ uids: [UID]) throws -> [String?] {
        var subjects: [String?] = []
        try pack.forEach(uids[...]) { _, envelope in
            subjects.append(envelope?.subject.map { String(decoding: pack.bytes[$0], as: UTF8.self) })
        }
        return subjects
    }

    @Test func aPackIsReadOnceAndHoldsWhatWasExpunged() async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("a")
            for number in 1...70 {
                _ = try await bench.deliver(Array("Subject: \(number)\r\n\r\nx\r\n".utf8), to: [account])
            }
            let inbox = try await bench.inbox(account)
            _ = try await bench.store.messages.storeFlags(
                account: account.id, mailbox: inbox.id, uids: UIDSet(3...3), change: FlagChange(.add, .deleted))
            let view = try await bench.index(of: inbox)
            _ = try await bench.store.messages.expunge(account: account.id, mailbox: inbox.id, uids: nil)
            let messages = bench.store.messages
            for expected in [UInt64(1), 0] {
                let trips = try await bench.roundTrips {
                    let pack = try await messages.envelopes(account: account.id, view: view, uids: view.uids[...])
                    #expect(pack.range == 1...70)
                    #expect(try subjects(pack, [1, 3, 70, 71]) == ["1", "3", "70", nil])
                }
                #expect(trips == expected)
            }
            // What came later is read for itself, and what is few is not kept.
            _ = try await bench.deliver(Array("Subject: 71\r\n\r\nx\r\n".utf8), to: [account])
            let newer = try await bench.index(of: inbox)
            for _ in 0..<2 {
                let trips = try await bench.roundTrips {
                    let pack = try await messages.envelopes(
                        account: account.id, view: newer, uids: newer.uids.suffix(1))
                    #expect(try subjects(pack, [71]) == ["71"])
                }
                #expect(trips == 1)
            }
        }
    }

    @Test func anotherAccountFindsNothing() async throws {
        try await StoreBench.run { bench in
            let owner = try await bench.account("a")
            let other = try await bench.account("b")
            for _ in 0..<64 { try await bench.deliver(to: owner) }
            let view = try await bench.index(of: try await bench.inbox(owner))
            let messages = bench.store.messages
            // The owner's pack is in memory when the other asks.
            _ = try await messages.envelopes(account: owner.id, view: view, uids: view.uids[...])
            let pack = try await messages.envelopes(account: other.id, view: view, uids: view.uids[...])
            var count = 0
            try pack.forEach(view.uids[...]) { _, envelope in if envelope != nil { count += 1 } }
            #expect(count == 0)
        }
    }

    private func key(_ mailbox: UInt64) -> EnvelopeCache.Key {
        EnvelopeCache.Key(account: AccountID(1), mailbox: MailboxID(mailbox), uidValidity: 1)
    }

    private func pack(_ range: ClosedRange<UID>, bytes: Int) -> EnvelopePack {
        EnvelopePack(range, PackedStrings([(range.lowerBound, Array(repeating: 0, count: bytes))]))
    }

    @Test func rangesDoNotOverlap() {
        let cache = EnvelopeCache(maximumBytes: 100_000)
        cache.keep(pack(10...20, bytes: 1), key(1))
        cache.keep(pack(15...25, bytes: 1), key(1))
        cache.keep(pack(30...40, bytes: 1), key(1))
        cache.keep(pack(1...9, bytes: 1), key(1))
        #expect(cache.find(key(1), 1).pack?.range == 1...9)
        #expect(cache.find(key(1), 20).pack?.range == 10...20)
        #expect(cache.find(key(1), 21).pack == nil)
        #expect(cache.find(key(1), 21).next == 30)
        #expect(cache.find(key(1), 41).pack == nil)
        #expect(cache.find(key(1), 41).next == nil)
        #expect(cache.find(key(2), 10).pack == nil)
    }

    @Test func whatNobodyAskedForLongestIsForgotten() {
        let cache = EnvelopeCache(maximumBytes: 10_000)
        for number in UInt64(1)...4 { cache.keep(pack(1...9, bytes: 2_000), key(number)) }
        #expect(cache.find(key(1), 1).pack != nil)
        cache.keep(pack(1...9, bytes: 2_000), key(5))
        #expect(cache.find(key(1), 1).pack != nil)
        #expect(cache.find(key(2), 1).pack == nil)
        #expect(cache.find(key(5), 1).pack != nil)
        // One that would drive out the others.
        cache.keep(pack(20...29, bytes: 5_000), key(1))
        #expect(cache.find(key(1), 20).pack == nil)
    }

    @Test func aCacheOfNoBytesKeepsNothing() {
        let cache = EnvelopeCache(maximumBytes: 0)
        cache.keep(pack(1...9, bytes: 1), key(1))
        #expect(cache.find(key(1), 1).pack == nil)
    }
}
