// The change feed: whoever watches hears of every commit, in whatever order transactions commit, and nobody else does.

import Logging
import Testing

@testable import LightMailCore

@Suite(.timeLimit(.minutes(3))) struct ChangeFeedTests {
    /// Another process's commit is heard of: the store that watches is not the one that delivers.
    @Test func whatAnotherProcessCommitsIsHeard() async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("a")
            let inbox = try await bench.inbox(account)
            let feed = ChangeFeed(
                database: bench.store.database, tick: .milliseconds(10), logger: Logger(label: "test"))
            let (heard, told) = AsyncStream<Void>.makeStream()
            let subscription = feed.watch(mailbox: inbox.id) { _ in told.yield() }
            feed.start()
            // The feed begins at its end, so deliver until it has begun.
            let delivering = Task {
                while !Task.isCancelled { try await bench.deliver(to: account) }
            }
            for await _ in heard { break }
            delivering.cancel()
            _ = await delivering.result
            subscription.cancel()
            await feed.stop()
        }
    }

    /// With a tick that never comes: what wakes the reader is the binary log.
    @Test func aCommitRings() async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("a")
            let inbox = try await bench.inbox(account)
            let feed = ChangeFeed(
                database: bench.store.database, tick: .seconds(3600), followsBinlog: true, logger: Logger(label: "test")
            )
            let (heard, told) = AsyncStream<Void>.makeStream()
            var hearing = heard.makeAsyncIterator()
            let subscription = feed.watch(mailbox: inbox.id) { _ in told.yield() }
            feed.start()
            // All are woken once when the feed has found its place.
            await hearing.next()
            for _ in 0..<3 {
                try await bench.deliver(to: account)
                await hearing.next()
            }
            #expect(feed.isFollowingBinlog)
            subscription.cancel()
            await feed.stop()
            #expect(!feed.isFollowingBinlog)
        }
    }

    /// One look at once, and one more, for what the log told of before it could be seen; then none until it rings again.
    @Test func aRingIsTwoLooks() async throws {
        let alarm = FeedAlarm()
        alarm.ring()
        let start = ContinuousClock.now
        await alarm.wait(atMost: .seconds(3600))
        await alarm.wait(atMost: .seconds(3600))
        #expect(ContinuousClock.now - start >= FeedAlarm.pause)
        let third = Task { await alarm.wait(atMost: .seconds(3600)) }
        third.cancel()
        await third.value
    }

    @Test func aRingWakesWhoWaits() async throws {
        let alarm = FeedAlarm()
        let waiting = Task { await alarm.wait(atMost: .seconds(3600)) }
        alarm.ring()
        await waiting.value
    }

    /// Numbers are given at the INSERT and seen at the COMMIT, so a low one can appear after a high one.
    @Test func aLateCommitIsNotMissed() async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("a")
            let inbox = try await bench.inbox(account)
            var position = try await FeedPosition.now(bench.store.database)
            func insert(_ id: UInt64) async throws {
                try await bench.run(
                    """
                    INSERT INTO mailbox_changes (id, account_id, mailbox_id, modseq, kind, changed_at) \
                    VALUES (\(id), \(account.id.rawValue), \(inbox.id.rawValue), 1, 'flags', UTC_TIMESTAMP())
                    """)
            }
            let base = try await bench.store.database.read { connection in
                try connection.script("SELECT COALESCE(MAX(id), 0) FROM mailbox_changes")[0].rows[0][0].uint64
            }
            try await insert(base + 3)
            #expect(try await position.read(bench.store.database).count == 1)
            #expect(try await position.read(bench.store.database).isEmpty)
            try await insert(base + 1)
            #expect(try await position.read(bench.store.database).count == 1)
            try await insert(base + 4)
            try await insert(base + 2)
            #expect(try await position.read(bench.store.database).count == 2)
            #expect(try await position.read(bench.store.database).isEmpty)
        }
    }

    /// What was under way when the first began to watch is told when it commits.
    @Test func aCommitFromBeforeTheBeginningIsNotMissed() async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("a")
            let inbox = try await bench.inbox(account)
            func insert(_ id: UInt64) async throws {
                try await bench.run(
                    """
                    INSERT INTO mailbox_changes (id, account_id, mailbox_id, modseq, kind, changed_at) \
                    VALUES (\(id), \(account.id.rawValue), \(inbox.id.rawValue), 1, 'flags', UTC_TIMESTAMP())
                    """)
            }
            try await insert(5_000)
            try await insert(5_003)
            var position = try await FeedPosition.now(bench.store.database)
            #expect(try await position.read(bench.store.database).isEmpty)
            try await insert(5_002)
            try await insert(5_004)
            #expect(try await position.read(bench.store.database).count == 2)
            #expect(try await position.read(bench.store.database).isEmpty)
        }
    }

    /// After an hour without a change the collector has taken all rows, and the numbers go on where they were.
    @Test func anEmptyTableIsNoLostTrack() async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("a")
            let inbox = try await bench.inbox(account)
            try await bench.run("DELETE FROM mailbox_changes")
            var position = try await FeedPosition.now(bench.store.database)
            for id in [50_000, 50_001, 49_999] {
                try await bench.run(
                    """
                    INSERT INTO mailbox_changes (id, account_id, mailbox_id, modseq, kind, changed_at) \
                    VALUES (\(UInt64(id)), \(account.id.rawValue), \(inbox.id.rawValue), 1, 'flags', UTC_TIMESTAMP())
                    """)
                #expect(try await position.read(bench.store.database).count == 1)
                #expect(!position.lostTrack)
            }
        }
    }

    @Test func aTickCostsOneQuery() async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("a")
            var position = try await FeedPosition.now(bench.store.database)
            for _ in 0..<20 { try await bench.deliver(to: account) }
            let trips = try await bench.roundTrips { _ = try await position.read(bench.store.database) }
            #expect(trips == 1)
        }
    }
}
