// Flags, COPY, MOVE and removal as transactions: what several sessions do at once, and what each costs.

import S3Client
import Testing

@testable import LightMailCore

@Suite(.timeLimit(.minutes(3))) struct MessagesTests {
    @Test func flagsOfManySessionsAreAllKept() async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("a")
            try await bench.deliver(to: account)
            let inbox = try await bench.inbox(account)
            let keywords = try (0..<20).map { try #require(Keyword("word\($0)")) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for keyword in keywords {
                    group.addTask {
                        _ = try await bench.store.messages.storeFlags(
                            account: account.id, mailbox: inbox.id, uids: UIDSet(1...1),
                            change: FlagChange(.add, [], [keyword]))
                    }
                }
                try await group.waitForAll()
            }
            let index = try await bench.index(of: inbox)
            #expect(Set(index.keywordList(at: 0)) == Set(keywords))
            #expect(index.highestModSeq >= inbox.highestModSeq + 20)
        }
    }

    @Test func theSixtyFifthKeywordFindsNoRoom() async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("a")
            try await bench.deliver(to: account)
            let inbox = try await bench.inbox(account)
            func add(_ number: Int) async throws {
                _ = try await bench.store.messages.storeFlags(
                    account: account.id, mailbox: inbox.id, uids: UIDSet(1...1),
                    change: FlagChange(.add, [], [try #require(Keyword("word\(number)"))]))
            }
            for number in 0..<KeywordDictionary.capacity { try await add(number) }
            do {
                try await add(KeywordDictionary.capacity)
                Issue.record("a keyword more than there are bits")
            } catch let error as StoreError {
                guard case .limit = error.kind else { throw error }
            }
            #expect(try await bench.index(of: inbox).keywordList(at: 0).count == KeywordDictionary.capacity)
        }
    }

    /// RFC 7162 3.1.3: what somebody else has changed of the flag in question since, and that alone.
    @Test func whatChangedSinceIsLeftAlone() async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("a")
            for _ in 0..<3 { try await bench.deliver(to: account) }
            let inbox = try await bench.inbox(account)
            let view = try await bench.index(of: inbox)
            for (uid, flags) in [(UID(2), MessageFlags.flagged), (3, .seen)] {
                _ = try await bench.store.messages.storeFlags(
                    account: account.id, mailbox: inbox.id, uids: UIDSet(uid...uid), change: FlagChange(.add, flags))
            }
            let outcome = try await bench.store.messages.storeFlags(
                account: account.id, mailbox: inbox.id, uids: UIDSet(1...3), change: FlagChange(.add, .flagged),
                unchangedSince: UnchangedSince(view.highestModSeq, view: view))
            #expect(outcome.failed == UIDSet(2...2))
            let index = try await bench.index(of: inbox)
            #expect((0..<3).map { index.systemFlags(at: $0) } == [.flagged, .flagged, [.flagged, .seen]])
            #expect(try await bench.inbox(account).unseen == 2)
        }
    }

    @Test func aChangeThatChangesNothingTakesNoModSeq() async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("a")
            try await bench.deliver(to: account)
            let inbox = try await bench.inbox(account)
            let change = FlagChange(.replace, .seen)
            let first = try await bench.store.messages.storeFlags(
                account: account.id, mailbox: inbox.id, uids: UIDSet(1...1), change: change)
            let second = try await bench.store.messages.storeFlags(
                account: account.id, mailbox: inbox.id, uids: UIDSet(1...1), change: change)
            #expect(first.modSeq != nil && second.modSeq == nil)
        }
    }

    /// The design's budget: a constant, at most 6, and no S3 request.
    @Test(arguments: [1, 300]) func changesCostTheSameWhateverTheirNumber(_ count: Int) async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("a")
            try await bench.fill(account, count)
            let inbox = try await bench.inbox(account)
            let junk = try await bench.store.mailboxes.find(account.id, try MailboxPath("Junk"))
            let all = UIDSet(1...UID(count))
            let messages = bench.store.messages
            let requests = S3Operation.allCases.map(bench.store.s3.statistics.requests)
            let store = try await bench.roundTrips {
                _ = try await messages.storeFlags(
                    account: account.id, mailbox: inbox.id, uids: all, change: FlagChange(.add, .flagged))
            }
            let copy = try await bench.roundTrips {
                _ = try await messages.copy(account: account.id, from: inbox.id, uids: all, to: junk.id)
            }
            let move = try await bench.roundTrips {
                _ = try await messages.move(account: account.id, from: inbox.id, uids: all, to: junk.id)
            }
            let remove = try await bench.roundTrips {
                _ = try await messages.remove(
                    account: account.id, mailbox: junk.id, uids: UIDSet(1...UID(2 * count)))
            }
            #expect([store, copy, move, remove].allSatisfy { $0 <= 6 }, "\([store, copy, move, remove])")
            #expect(S3Operation.allCases.map(bench.store.s3.statistics.requests) == requests)
            #expect(try await bench.inbox(account).messages == 0)
            #expect(try await bench.findings() == [:])
        }
    }

    @Test func copiesBothWaysAtOnceKeepTheCounters() async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("a")
            try await bench.fill(account, 10)
            let inbox = try await bench.inbox(account)
            let junk = try await bench.store.mailboxes.find(account.id, try MailboxPath("Junk"))
            let messages = bench.store.messages
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<12 {
                    let (from, to) = number.isMultiple(of: 2) ? (inbox.id, junk.id) : (junk.id, inbox.id)
                    group.addTask {
                        _ = try await messages.copy(account: account.id, from: from, uids: UIDSet(1...5), to: to)
                    }
                }
                for uid in UID(6)...10 {
                    group.addTask {
                        _ = try await messages.move(
                            account: account.id, from: inbox.id, uids: UIDSet(uid...uid), to: junk.id)
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await bench.findings() == [:])
        }
    }

    @Test func aCopyThatTheQuotaForbidsLeavesNothing() async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("a")
            try await bench.fill(account, 3)
            try await bench.limit(account, QuotaChange(messages: .at(5)))
            let inbox = try await bench.inbox(account)
            let junk = try await bench.store.mailboxes.find(account.id, try MailboxPath("Junk"))
            do {
                _ = try await bench.store.messages.copy(
                    account: account.id, from: inbox.id, uids: UIDSet(1...3), to: junk.id)
                Issue.record("three more than fit")
            } catch let error as StoreError {
                #expect(error.kind == .overQuota)
            }
            _ = try await bench.store.messages.copy(
                account: account.id, from: inbox.id, uids: UIDSet(1...2), to: junk.id)
            #expect(try await bench.store.mailboxes.find(account.id, try MailboxPath("Junk")).messages == 2)
            // A move takes no room.
            _ = try await bench.store.messages.move(
                account: account.id, from: inbox.id, uids: UIDSet(1...3), to: junk.id)
            #expect(try await bench.findings() == [:])
        }
    }
}
