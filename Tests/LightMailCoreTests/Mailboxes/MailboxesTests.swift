// Mailboxes as rows: names, UIDVALIDITY, RENAME, subscriptions, and who may claim \Recent.

import Testing

@testable import LightMailCore

@Suite(.timeLimit(.minutes(3))) struct MailboxesTests {
    @Test func creatingMakesTheSuperiors() async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("a")
            _ = try await bench.store.mailboxes.create(account.id, try MailboxPath("one/two/three"))
            let names = Set(try await bench.store.mailboxes.list(account.id).map(\.name.description))
            #expect(names.isSuperset(of: ["one", "one/two", "one/two/three"]))
            do {
                _ = try await bench.store.mailboxes.create(account.id, try MailboxPath("one/two"))
                Issue.record("made twice")
            } catch let error as StoreError {
                #expect(error.kind == .alreadyExists)
            }
        }
    }

    /// RFC 9051 2.3.1.1: a name that comes back has a higher UIDVALIDITY, however fast it comes back.
    @Test func uidValidityOnlyRises() async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("a")
            let path = try MailboxPath("again")
            var last: UInt32 = 0
            for _ in 0..<5 {
                let made = try await bench.store.mailboxes.create(account.id, path)
                #expect(made.uidValidity > last)
                last = made.uidValidity
                try await bench.store.mailboxes.delete(account.id, path)
            }
            let all = try await bench.store.mailboxes.list(account.id).map(\.uidValidity)
            #expect(Set(all).count == all.count)
        }
    }

    @Test func renamingTakesTheInferiorsAlong() async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("a")
            let boxes = bench.store.mailboxes
            let child = try await boxes.create(account.id, try MailboxPath("old/child"))
            try await boxes.rename(account.id, from: try MailboxPath("old"), to: try MailboxPath("new/place"))
            let moved = try await boxes.find(account.id, try MailboxPath("new/place/child"))
            #expect(moved.id == child.id && moved.uidValidity == child.uidValidity)
            let names = Set(try await boxes.list(account.id).map(\.name.description))
            #expect(names.contains("new") && !names.contains("old") && !names.contains("old/child"))
            await #expect(throws: StoreError.self) {
                try await boxes.rename(account.id, from: try MailboxPath("new"), to: try MailboxPath("new/place/x"))
            }
        }
    }

    /// RFC 9051 6.3.6: the messages move, INBOX stays, and so do its inferiors.
    @Test func renamingInboxMovesItsMessages() async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("a")
            for _ in 0..<3 { try await bench.deliver(to: account) }
            let inbox = try await bench.inbox(account)
            _ = try await bench.store.mailboxes.create(account.id, try MailboxPath("INBOX/below"))
            try await bench.store.mailboxes.rename(account.id, from: .inbox, to: try MailboxPath("kept"))
            let after = try await bench.inbox(account)
            #expect(after.id == inbox.id && after.messages == 0 && after.uidNext == inbox.uidNext)
            #expect(try await bench.store.mailboxes.find(account.id, try MailboxPath("kept")).messages == 3)
            _ = try await bench.store.mailboxes.find(account.id, try MailboxPath("INBOX/below"))
            #expect(try await bench.findings() == [:])
        }
    }

    @Test func nobodyReachesAnothersMailbox() async throws {
        try await StoreBench.run { bench in
            let (owner, other) = (try await bench.account("owner"), try await bench.account("other"))
            try await bench.deliver(to: owner)
            let inbox = try await bench.inbox(owner)
            let own = try await bench.inbox(other)
            let messages = bench.store.messages
            let one = UIDSet(1...1)
            let attempts: [(String, () async throws -> Void)] = [
                ("select", { _ = try await bench.store.indexes.select(account: other.id, mailbox: inbox.id) }),
                (
                    "store",
                    {
                        _ = try await messages.storeFlags(
                            account: other.id, mailbox: inbox.id, uids: one, change: FlagChange(.add, .deleted))
                    }
                ),
                ("expunge", { _ = try await messages.remove(account: other.id, mailbox: inbox.id, uids: one) }),
                ("copy", { _ = try await messages.copy(account: other.id, from: inbox.id, uids: one, to: own.id) }),
                ("move in", { _ = try await messages.move(account: other.id, from: own.id, uids: one, to: inbox.id) }),
            ]
            for (name, attempt) in attempts {
                do {
                    try await attempt()
                    Issue.record("\(name) reached another's mailbox")
                } catch let error as StoreError {
                    #expect(error.kind == .notFound, "\(name)")
                }
            }
            #expect(try await bench.inbox(owner) == inbox)
        }
    }

    /// RFC 3501 2.3.2: of the sessions that open a mailbox, exactly one is told that a message is recent.
    @Test func recentIsClaimedOnce() async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("a")
            for _ in 0..<4 { try await bench.deliver(to: account) }
            let inbox = try await bench.inbox(account)
            let claims = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        try await bench.store.mailboxes.claimRecent(
                            account: account.id, mailbox: inbox.id, from: 1, to: 5)?.count ?? 0
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(claims.reduce(0, +) == 4)
        }
    }
}
