// What transcripts cannot say of NOTIFY: what is held for a client that does not read, and whose events are told.

import IMAPSyntax
import Synchronization
import Testing

@testable import IMAPServer
@testable import LightMailCore

@Suite struct NotifyTests {
    private func watch(
        _ store: Store, _ account: AccountID, _ groups: [NotifyGroup], wake: @escaping @Sendable () -> Void = {}
    ) async throws -> NotifyWatch {
        let watch = NotifyWatch(store.changes, account, NotifyFilter(groups), wake: wake)
        try await store.changes.catchUp()
        watch.begin(subscriptions: try await store.mailboxes.subscriptions(account))
        return watch
    }

    private func account(_ store: Store) async throws -> AccountID {
        try await store.accounts.find(try EmailAddress(try await TestStore.shared.makeAccount())).id
    }

    @Test func whatIsHeldIsBounded() async throws {
        let store = try await TestStore.shared.store()
        let account = try await account(store)
        let wakes = Atomic<Int>(0)
        let watch = try await watch(store, account, [NotifyGroup(.personal, [.mailboxName])]) {
            wakes.add(1, ordering: .relaxed)
        }
        let before = wakes.load(ordering: .relaxed)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<260 {
                group.addTask { try await store.mailboxes.create(account, try MailboxPath("box\(number)")) }
            }
            try await group.waitForAll()
        }
        try await store.changes.catchUp()
        #expect(wakes.load(ordering: .relaxed) == before + 1, "a session that does not look is woken once")
        let pending = watch.take()
        #expect(pending.isOverflowing && pending.events.isEmpty && pending.mailboxes.isEmpty)
        #expect(!watch.hasPending)
        watch.cancel()
    }

    @Test func anotherAccountsEventsAreNotHeard() async throws {
        let store = try await TestStore.shared.store()
        let mine = try await account(store)
        let theirs = try await account(store)
        let everything: [NotifyEvent] = [
            .messageNew([]), .messageExpunge, .flagChange, .mailboxName, .subscriptionChange, .mailboxMetadataChange,
            .serverMetadataChange,
        ]
        let watch = try await watch(store, mine, [NotifyGroup(.personal, everything)])
        try await store.mailboxes.create(theirs, try MailboxPath("new"))
        try await store.mailboxes.subscribe(theirs, try MailboxPath("new"))
        try await store.annotations.write(theirs, .inbox, [Annotation("/private/x", [1])])
        try await store.annotations.write(theirs, [Annotation("/private/x", [1])])
        try await store.changes.catchUp()
        #expect(!watch.hasPending)
        try await store.mailboxes.create(mine, try MailboxPath("new"))
        try await store.changes.catchUp()
        #expect(watch.take().events.map(\.name) == [try MailboxPath("new")])
        watch.cancel()
        try await store.mailboxes.create(mine, try MailboxPath("newer"))
        try await store.changes.catchUp()
        #expect(!watch.hasPending)
    }

    @Test func subscriptionsAreThoseOfNow() async throws {
        let store = try await TestStore.shared.store()
        let account = try await account(store)
        let events: [NotifyEvent] = [.subscriptionChange, .mailboxMetadataChange]
        let watch = try await watch(store, account, [NotifyGroup(.subscribed, events)])
        let path = try MailboxPath("Lists")
        try await store.mailboxes.create(account, path)
        try await store.annotations.write(account, path, [Annotation("/private/x", [1])])
        try await store.changes.catchUp()
        #expect(!watch.hasPending, "it is not subscribed")
        try await store.mailboxes.subscribe(account, path)
        try await store.annotations.write(account, path, [Annotation("/private/x", [2])])
        try await store.mailboxes.unsubscribe(account, path)
        try await store.annotations.write(account, path, [Annotation("/private/x", [3])])
        try await store.changes.catchUp()
        #expect(watch.take().events.map(\.kind) == [.subscribed, .metadata, .unsubscribed])
        watch.cancel()
    }

    @Test func whatTheSessionDidItselfIsNoNews() async throws {
        let store = try await TestStore.shared.store()
        let account = try await account(store)
        let watch = try await watch(store, account, [NotifyGroup(.personal, [.mailboxName])])
        // Told before the event comes, and after.
        watch.expect(ChangeEvent.Deed(kind: .created, name: try MailboxPath("first")))
        try await store.mailboxes.create(account, try MailboxPath("first"))
        try await store.mailboxes.create(account, try MailboxPath("second"))
        try await store.mailboxes.create(account, try MailboxPath("third"))
        try await store.changes.catchUp()
        watch.expect(ChangeEvent.Deed(kind: .created, name: try MailboxPath("second")))
        #expect(watch.take().events.map(\.name) == [try MailboxPath("third")])
        // Once: the next of that name is somebody else's.
        try await store.mailboxes.delete(account, try MailboxPath("first"))
        try await store.mailboxes.create(account, try MailboxPath("first"))
        try await store.changes.catchUp()
        #expect(watch.take().events.map(\.kind) == [.deleted, .created])
        watch.cancel()
    }
}
