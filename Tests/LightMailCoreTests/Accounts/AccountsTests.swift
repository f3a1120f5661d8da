// Accounts, domains and aliases as rows, and whom an address leads to.

import Testing

@testable import LightMailCore

@Suite(.timeLimit(.minutes(3))) struct AccountsTests {
    @Test func anAccountBeginsWithItsMailboxes() async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("new")
            let boxes = try await bench.store.mailboxes.list(account.id)
            #expect(boxes.contains { $0.name.isInbox })
            #expect(Set(boxes.map(\.specialUse)).isSuperset(of: [.drafts, .sent, .junk, .trash]))
            #expect(boxes.allSatisfy { $0.uidValidity > 0 && $0.uidNext == 1 && $0.messages == 0 })
            let subscribed = try await bench.store.mailboxes.subscriptions(account.id)
            #expect(Set(subscribed) == Set(boxes.map(\.name)))
        }
    }

    @Test func addingTwiceChangesNothing() async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("twice")
            await #expect(throws: StoreError.self) {
                try await bench.store.accounts.add(try EmailAddress("TWICE@example.com"), password: Array("other".utf8))
            }
            #expect(try await bench.count("accounts") == 1)
            #expect(try await bench.login(account, "secret") == "\(account.id)")
        }
    }

    @Test func anUnknownDomainHasNoAccounts() async throws {
        try await StoreBench.run { bench in
            await #expect(throws: StoreError.self) {
                try await bench.store.accounts.add(try EmailAddress("a@elsewhere.org"), password: Array("secret".utf8))
            }
            let accounts = try await bench.count("accounts")
            #expect(accounts == 0)
        }
    }

    @Test func aChangedPasswordEndsTheOldOne() async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("a")
            let address = try EmailAddress(account.username)
            let right = "\(account.id)"
            #expect(try await bench.login(account, "secret") == right)
            try await bench.store.accounts.setPassword(address, password: Array("newer".utf8))
            // The first login was remembered, by the hash that it was checked against.
            #expect(try await bench.login(account, "secret") == "wrong")
            #expect(try await bench.login(account, "newer") == right)
            try await bench.store.accounts.setActive(address, false)
            // Told only to who knows the password.
            #expect(try await bench.login(account, "other") == "wrong")
            #expect(try await bench.login(account, "newer") == "inactive")
            try await bench.store.accounts.setActive(address, true)
            #expect(try await bench.login(account, "newer") == right)
        }
    }

    @Test func aRemovedAccountFreesItsName() async throws {
        try await StoreBench.run { bench in
            let old = try await bench.account("again")
            let address = try EmailAddress(old.username)
            try await bench.store.accounts.remove(address)
            await #expect(throws: StoreError.self) { try await bench.store.accounts.find(address) }
            #expect(try await bench.login(old, "secret") == "wrong")
            let new = try await bench.account("again")
            #expect(new.id != old.id)
            #expect(try await bench.store.accounts.find(address).id == new.id)
        }
    }

    /// The account itself, else an alias, else the same without detail, else the catch-all.
    @Test func addressesLeadToAccounts() async throws {
        try await StoreBench.run { bench in
            let (ann, bob) = (try await bench.account("ann"), try await bench.account("bob"))
            let accounts = bench.store.accounts
            try await accounts.addAlias("sales@example.com", to: try EmailAddress(ann.username))
            try await accounts.addAlias("sales@example.com", to: try EmailAddress(bob.username))
            try await accounts.addAlias("info+special@example.com", to: try EmailAddress(bob.username))
            try await accounts.addAlias("info@example.com", to: try EmailAddress(ann.username))
            func targets(_ recipient: String) async throws -> [AccountID] {
                try await accounts.resolve(recipient: recipient).map(\.account).sorted { $0.rawValue < $1.rawValue }
            }
            #expect(try await targets("ann@example.com") == [ann.id])
            #expect(try await targets("ANN+lists@Example.COM") == [ann.id])
            #expect(try await targets("sales@example.com") == [ann.id, bob.id])
            #expect(try await targets("info+special@example.com") == [bob.id])
            #expect(try await targets("info+other@example.com") == [ann.id])
            await #expect(throws: StoreError.self) { try await targets("nobody@example.com") }
            try await accounts.addAlias("@example.com", to: try EmailAddress(bob.username))
            #expect(try await targets("nobody@example.com") == [bob.id])
            #expect(try await targets("ann@example.com") == [ann.id])
            await #expect(throws: StoreError.self) { try await targets("nobody@elsewhere.org") }
            try await accounts.setActive(try EmailAddress(ann.username), false)
            #expect(try await targets("sales@example.com") == [bob.id])
        }
    }

    @Test(arguments: ["", "@", "a", "a@", "@b\r\nRCPT", String(repeating: "x", count: 400) + "@example.com"])
    func whatIsNoAddressIsNobody(_ recipient: String) async throws {
        try await StoreBench.run { bench in
            do {
                _ = try await bench.store.accounts.resolve(recipient: recipient)
                Issue.record("\(recipient) led somewhere")
            } catch let error as StoreError {
                #expect(error.kind == .notFound)
            }
        }
    }
}
