// Who reaches which mailbox, on the real database: only its owner, and who holds a right on it.

import MariaDBClient
import Testing

@testable import LightMailCore

@Suite struct MailboxAccessTests {
    private func kind(_ body: () async throws -> Void) async -> StoreError.Kind? {
        do {
            try await body()
            return nil
        } catch {
            return StoreError(error).kind
        }
    }

    private func path(_ owner: Account, _ name: String) throws -> MailboxPath {
        try MailboxPath("Other Users/\(owner.username)/\(name)")
    }

    private func grants(_ bench: StoreBench) async throws -> UInt64 {
        try await bench.store.database.read {
            try $0.script("SELECT COUNT(*) FROM mailbox_rights")[0].rows[0][0].uint64
        }
    }

    private func give(
        _ bench: StoreBench, _ owner: Account, _ name: String, _ identifier: String, _ letters: String
    ) async throws {
        let reached = try await bench.store.access.reach(owner.id, try MailboxPath(name), .administer)
        let rights = try #require(MailboxRights(letters: Array(letters.utf8)))
        try await bench.store.access.change(reached, try Grantee(identifier), RightsChange(.replace, rights))
    }

    @Test(arguments: [
        ("lrs", "lrs"), ("", ""), ("c", "kxc"), ("d", "ted"), ("k", "kc"), ("e", "ed"), ("ad", "teda"),
        ("aetxkpiwsrl", "lrswipkxtecda"),
    ])
    func letters(given: String, shown: String) throws {
        let rights = try #require(MailboxRights(letters: Array(given.utf8)))
        #expect(String(decoding: rights.letters, as: UTF8.self) == shown)
        #expect(MailboxRights(letters: rights.letters)?.isSuperset(of: rights) == true)
    }

    @Test func whatIsNoRight() {
        for letter in "bfghjmnoquvyz0123456789LR +" {
            #expect(MailboxRights(letters: Array(String(letter).utf8)) == nil)
        }
    }

    @Test func aGrantReachesAsFarAsItSays() async throws {
        try await StoreBench.run { bench in
            let (owner, other) = (try await bench.account("owner"), try await bench.account("other"))
            try await bench.store.accounts.addDomain(try DomainName("elsewhere.example"))
            let stranger = try await bench.store.accounts.add(
                try EmailAddress("stranger@elsewhere.example"), password: Array("secret".utf8))
            let access = bench.store.access
            let inbox = try path(owner, "inbox")
            #expect(await kind { _ = try await access.reach(other.id, inbox, []) } == .notFound)
            try await give(bench, owner, "INBOX", other.username, "lr")
            let reached = try await access.reach(other.id, inbox, .read)
            #expect(reached.mailbox == (try await bench.inbox(owner)) && !reached.isOwn)
            #expect(await kind { _ = try await access.reach(other.id, inbox, .insert) } == .forbidden)
            #expect(await kind { _ = try await access.reach(stranger.id, inbox, .read) } == .notFound)
            #expect(try await access.list(other.id).filter { !$0.isOwn }.map(\.name) == [reached.name])
            #expect(try await access.list(stranger.id).allSatisfy { $0.isOwn })
            #expect(try await access.rights(other.id, on: reached.mailbox.id, of: owner.id) == [.lookUp, .read])
            // A number is not enough, whoever's it is said to be.
            for claimed in [stranger.id, AccountID(0)] {
                #expect(
                    await kind { _ = try await access.rights(other.id, on: reached.mailbox.id, of: claimed) }
                        == .notFound)
            }
            #expect(
                await kind { _ = try await access.rights(stranger.id, on: reached.mailbox.id, of: owner.id) }
                    == .notFound)

            // Without l it is as if it were not there, but for what the right allows.
            try await give(bench, owner, "INBOX", other.username, "i")
            #expect(try await access.list(other.id).allSatisfy { $0.isOwn })
            #expect(await kind { _ = try await access.reach(other.id, inbox, .read) } == .notFound)
            _ = try await access.reach(other.id, inbox, .insert)
            #expect(
                await kind { _ = try await access.rights(other.id, on: reached.mailbox.id, of: owner.id) } == .notFound)
            #expect(try await bench.findings() == [:])
        }
    }

    @Test func everybodyIsEveryAccountOfTheDomain() async throws {
        try await StoreBench.run { bench in
            let (owner, other) = (try await bench.account("owner"), try await bench.account("other"))
            try await bench.store.accounts.addDomain(try DomainName("elsewhere.example"))
            let stranger = try await bench.store.accounts.add(
                try EmailAddress("stranger@elsewhere.example"), password: Array("secret".utf8))
            try await give(bench, owner, "INBOX", "anyone", "lr")
            try await give(bench, owner, "INBOX", other.username, "ls")
            let inbox = try path(owner, "INBOX")
            #expect(try await bench.store.access.reach(other.id, inbox, []).rights == [.lookUp, .read, .seen])
            #expect(await kind { _ = try await bench.store.access.reach(stranger.id, inbox, []) } == .notFound)
            #expect(
                await kind { try await give(bench, owner, "INBOX", stranger.username, "l") }
                    == .invalid("no such account in the owner's domain"))
            let reached = try await bench.store.access.reach(owner.id, .inbox, .administer)
            let grants = try await bench.store.access.grants(on: reached)
            #expect(grants.map(\.identifier) == [owner.username, "anyone", other.username])
        }
    }

    /// Two clients add a right each at the same time: none is lost.
    @Test func changesAtOnceAreAllKept() async throws {
        try await StoreBench.run { bench in
            let (owner, other) = (try await bench.account("owner"), try await bench.account("other"))
            let reached = try await bench.store.access.reach(owner.id, .inbox, .administer)
            let grantee = try Grantee(other.username)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for letters in MailboxRights.singleLetters {
                    let rights = try #require(MailboxRights(letters: letters))
                    group.addTask {
                        try await bench.store.access.change(reached, grantee, RightsChange(.add, rights))
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await bench.store.access.reach(other.id, path(owner, "INBOX"), []).rights == .all)
        }
    }

    @Test func rightsEndWithWhatTheyAreAbout() async throws {
        try await StoreBench.run { bench in
            let store = bench.store
            let (owner, other) = (try await bench.account("owner"), try await bench.account("other"))
            let third = try await bench.account("third")
            try await give(bench, owner, "Archive", other.username, "lr")
            try await give(bench, owner, "INBOX", other.username, "lr")
            try await give(bench, owner, "INBOX", third.username, "lr")
            try await give(bench, third, "INBOX", other.username, "lr")
            // A new mailbox has the rights of the one above it; a rename keeps them.
            _ = try await store.mailboxes.create(owner.id, try MailboxPath("Archive/2026/May"))
            #expect(try await grants(bench) == 6)
            try await store.mailboxes.rename(
                owner.id, from: try MailboxPath("Archive"), to: try MailboxPath("Kept"))
            _ = try await store.access.reach(other.id, try path(owner, "Kept/2026/May"), .read)
            // Deleted, restored: its owner's alone.
            let kept = try await store.mailboxes.find(owner.id, try MailboxPath("Kept"))
            try await store.mailboxes.delete(owner.id, try MailboxPath("Kept"))
            #expect(await kind { _ = try await store.access.reach(other.id, path(owner, "Kept"), []) } == .notFound)
            _ = try await store.administration.restoreMailbox(kept.id, retention: 3600)
            #expect(await kind { _ = try await store.access.reach(other.id, path(owner, "Kept"), []) } == .notFound)
            #expect(try await grants(bench) == 5)
            // An account that goes takes along what it was given and what it gave.
            try await store.accounts.remove(try EmailAddress(third.username))
            #expect(try await grants(bench) == 3)
            try await store.accounts.remove(try EmailAddress(owner.username))
            #expect(try await grants(bench) == 0)
            #expect(await kind { _ = try await store.access.reach(other.id, path(owner, "INBOX"), []) } == .notFound)
            bench.ahead.withLock { $0 = 10 }
            try await bench.collect(bench.collector())
            #expect(try await bench.findings() == [:])
        }
    }

    /// What is added counts against the owner of where it goes; what is taken away is given back to whose it was.
    @Test func quotasAreTheOwners() async throws {
        try await StoreBench.run { bench in
            let store = bench.store
            let (owner, other) = (try await bench.account("owner"), try await bench.account("other"))
            for _ in 0..<3 { try await bench.deliver(to: owner) }
            let (theirs, own) = (try await bench.inbox(owner), try await bench.inbox(other))
            let copied = try await store.messages.copy(
                account: owner.id, from: theirs.id, uids: UIDSet(1...1), to: own.id, of: other.id)
            #expect(copied.destination == [1])
            _ = try await store.messages.move(
                account: owner.id, from: theirs.id, uids: UIDSet(2...2), to: own.id, of: other.id)
            #expect(try await store.accounts.find(try EmailAddress(owner.username)).usedMessages == 2)
            #expect(try await store.accounts.find(try EmailAddress(other.username)).usedMessages == 2)
            let message = try await bench.receive(Array("Subject: new\r\n\r\nbody\r\n".utf8))
            _ = try await store.delivery.append(
                [AppendedMessage(message: message, flags: [], keywords: [], internalDate: nil)], account: other.id,
                to: own.id, replacing: ReplacedMessage(account: owner.id, mailbox: theirs.id, uid: 3))
            #expect(try await store.accounts.find(try EmailAddress(owner.username)).usedMessages == 1)
            #expect(try await store.accounts.find(try EmailAddress(other.username)).usedMessages == 3)
            try await bench.limit(other, QuotaChange(messages: .at(3)))
            #expect(
                await kind {
                    _ = try await store.messages.move(
                        account: owner.id, from: theirs.id, uids: UIDSet(1...1), to: own.id, of: other.id)
                } == .overQuota)
            #expect(try await bench.inbox(owner).messages == 1)
            #expect(try await bench.findings() == [:])
        }
    }

    /// RFC 4314 4: a copy has the flags that the rights on the mailbox allow to set, and the counters know it.
    @Test func aCopyHasTheFlagsThatAreAllowed() async throws {
        try await StoreBench.run { bench in
            let store = bench.store
            let account = try await bench.account("a")
            try await bench.deliver(to: account)
            let inbox = try await bench.inbox(account)
            let word = try #require(Keyword("word"))
            _ = try await store.messages.storeFlags(
                account: account.id, mailbox: inbox.id, uids: UIDSet(1...1),
                change: FlagChange(.add, [.seen, .deleted, .flagged], [word]))
            let cases: [(String, MailboxRights, MessageFlags, UInt64)] = [
                ("i", .insert, [], 0), ("is", [.insert, .seen], .seen, 0),
                ("it", [.insert, .deleteMessages], .deleted, 0), ("iw", [.insert, .write], .flagged, 1),
            ]
            for (name, rights, flags, keywords) in cases {
                let box = try await store.mailboxes.create(account.id, try MailboxPath(name))
                _ = try await store.messages.copy(
                    account: account.id, from: inbox.id, uids: UIDSet(1...1), to: box.id, rights: rights)
                let index = try await bench.index(of: box)
                #expect(index.systemFlags(at: 0) == flags && index.keywords == [keywords], "\(name)")
            }
            #expect(try await bench.findings() == [:])
        }
    }
}
