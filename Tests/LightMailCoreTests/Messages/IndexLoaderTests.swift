// An index that is brought forward while a collector is at work.

import Testing

@testable import LightMailCore

@Suite struct IndexLoaderTests {
    /// The collector takes tombstones after the mailbox's row was read and before the messages are: what it took must not
    /// stay in the index.
    @Test func aCollectorBetweenTheTwoReadingsLeavesNothingBehind() async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("a")
            for _ in 0..<3 { try await bench.deliver(to: account) }
            let inbox = try await bench.inbox(account)
            let loader = IndexLoader(database: bench.store.database)
            let known = try await bench.index(of: inbox)
            _ = try await bench.store.messages.remove(account: account.id, mailbox: inbox.id, uids: UIDSet(2...2))
            let (mailbox, dictionary) = try await loader.mailbox(inbox.id, of: account.id)
            #expect(mailbox.collectedModSeq <= known.highestModSeq)
            #expect(try await loader.advance(known, to: mailbox, dictionary).uids == [1, 3])
            bench.ahead.withLock { $0 = 10 }
            try await bench.collect(bench.collector())
            #expect(try await loader.mailbox(inbox.id, of: account.id).0.collectedModSeq > known.highestModSeq)
            #expect(try await loader.advance(known, to: mailbox, dictionary).uids == [1, 3])
        }
    }

    /// A new keyword comes to a message after the mailbox's row was read and before the messages are: its bit has a name.
    @Test func aKeywordBetweenTheTwoReadingsHasItsName() async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("a")
            try await bench.deliver(to: account)
            let inbox = try await bench.inbox(account)
            let loader = IndexLoader(database: bench.store.database)
            let known = try await bench.index(of: inbox)
            let word = try #require(Keyword("work"))
            let (mailbox, dictionary) = try await loader.mailbox(inbox.id, of: account.id)
            _ = try await bench.store.messages.storeFlags(
                account: account.id, mailbox: inbox.id, uids: UIDSet(1...1), change: FlagChange(.add, [], [word]))
            for index in [
                try await loader.advance(known, to: mailbox, dictionary), try await loader.load(mailbox, dictionary),
            ] {
                #expect(index.dictionary.keywords(in: index.keywords[0]) == [word])
                #expect(index.highestModSeq <= mailbox.highestModSeq)
            }
            // Once it is known, nobody asks again.
            let (now, names) = try await loader.mailbox(inbox.id, of: account.id)
            #expect(try await bench.roundTrips { _ = try await loader.load(now, names) } == 1)
        }
    }
}
