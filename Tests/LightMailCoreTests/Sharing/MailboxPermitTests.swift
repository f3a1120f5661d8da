// Rights that are withdrawn between a command's look and its transaction: nothing is changed with them.

import MariaDBClient
import Testing

@testable import LightMailCore

@Suite struct MailboxPermitTests {
    /// An owner with a mailbox Shared of two messages, one with \Deleted, and a colleague who holds every right there and one
    /// message of its own.
    private struct Case {
        let bench: StoreBench
        let owner: Account
        let other: Account
        let shared: ReachedMailbox
        var store: Store { bench.store }

        init(_ bench: StoreBench) async throws {
            self.bench = bench
            owner = try await bench.account("owner")
            other = try await bench.account("other")
            _ = try await bench.store.mailboxes.create(owner.id, try MailboxPath("Shared"))
            try await bench.fill(owner, 2)
            try await bench.fill(other, 1)
            let shared = try await bench.store.mailboxes.find(owner.id, try MailboxPath("Shared"))
            _ = try await bench.store.messages.move(
                account: owner.id, from: try await bench.inbox(owner).id, uids: UIDSet(1...2), to: shared.id)
            _ = try await bench.store.messages.storeFlags(
                account: owner.id, mailbox: shared.id, uids: UIDSet(2...2), change: FlagChange(.add, .deleted, []))
            try await Self.give(.all, bench, owner, other)
            self.shared = try await bench.store.access.reach(
                other.id, try MailboxPath("Other Users/\(owner.username)/Shared"), .all)
        }

        static func give(
            _ rights: MailboxRights, _ bench: StoreBench, _ owner: Account, _ other: Account
        ) async throws {
            let own = try await bench.store.access.reach(owner.id, try MailboxPath("Shared"), .administer)
            try await bench.store.access.change(own, try Grantee(other.username), RightsChange(.replace, rights))
        }

        func permit(_ rights: MailboxRights) throws -> MailboxPermit {
            try #require(MailboxPermit(other.id, rights, on: shared.mailbox.id, of: owner.id))
        }

        func message() async throws -> AppendedMessage {
            let message = try await bench.receive(Array("Subject: new\r\n\r\nbody\r\n".utf8))
            return AppendedMessage(message: message, flags: [], keywords: [], internalDate: nil)
        }
    }

    private typealias Deed = @Sendable (Case) async throws -> Void

    /// Each thing that a colleague can do there, and a right that it takes.
    private static let deeds: [(name: String, right: MailboxRights, deed: Deed)] = [
        (
            "STORE", .write,
            {
                _ = try await $0.store.messages.storeFlags(
                    account: $0.owner.id, mailbox: $0.shared.mailbox.id, uids: UIDSet(1...1),
                    change: FlagChange(.add, .flagged, []), permit: try $0.permit(.write))
            }
        ),
        (
            "EXPUNGE", .expunge,
            {
                let removed = try await $0.store.messages.expunge(
                    account: $0.owner.id, mailbox: $0.shared.mailbox.id, permit: try $0.permit(.expunge))
                #expect(removed == 1)
            }
        ),
        (
            "COPY to it", .insert,
            {
                _ = try await $0.store.messages.copy(
                    account: $0.other.id, from: try await $0.bench.inbox($0.other).id, uids: UIDSet(1...1),
                    to: $0.shared.mailbox.id, of: $0.owner.id, permits: [try $0.permit(.insert)])
            }
        ),
        (
            "COPY from it", .read,
            {
                _ = try await $0.store.messages.copy(
                    account: $0.owner.id, from: $0.shared.mailbox.id, uids: UIDSet(1...1),
                    to: try await $0.bench.inbox($0.other).id, of: $0.other.id, permits: [try $0.permit(.read)])
            }
        ),
        (
            "MOVE from it", .deleteMessages,
            {
                _ = try await $0.store.messages.move(
                    account: $0.owner.id, from: $0.shared.mailbox.id, uids: UIDSet(1...1),
                    to: try await $0.bench.inbox($0.other).id, of: $0.other.id,
                    permits: [try $0.permit([.deleteMessages, .expunge])])
            }
        ),
        (
            "APPEND", .insert,
            {
                _ = try await $0.store.delivery.append(
                    [try await $0.message()], account: $0.owner.id, to: $0.shared.mailbox.id,
                    permits: [try $0.permit(.insert)])
            }
        ),
        (
            "REPLACE", .expunge,
            {
                _ = try await $0.store.delivery.append(
                    [try await $0.message()], account: $0.other.id, to: try await $0.bench.inbox($0.other).id,
                    replacing: ReplacedMessage(account: $0.owner.id, mailbox: $0.shared.mailbox.id, uid: 1),
                    permits: [try $0.permit([.deleteMessages, .expunge])])
            }
        ),
        (
            "CREATE", .create,
            {
                _ = try await $0.store.mailboxes.create(
                    $0.owner.id, try MailboxPath("Shared/Below"), by: $0.other.id)
            }
        ),
        (
            "RENAME", .delete,
            {
                try await $0.store.mailboxes.rename(
                    $0.owner.id, from: try MailboxPath("Shared"), to: try MailboxPath("Other/New"), by: $0.other.id)
            }
        ),
        (
            "DELETE", .delete,
            {
                try await $0.store.mailboxes.delete(
                    $0.owner.id, try MailboxPath("Shared"), permit: try $0.permit(.delete))
            }
        ),
        (
            "SETACL", .administer,
            {
                try await $0.store.access.change(
                    $0.shared, .anyone, RightsChange(.replace, .lookUp), permit: try $0.permit(.administer))
            }
        ),
        (
            "SETMETADATA", .lookUp,
            {
                try await $0.store.annotations.write(
                    $0.owner.id, try MailboxPath("Shared"), [Annotation("/shared/comment", Array("mine".utf8))],
                    permit: try $0.permit([.lookUp, .read]))
            }
        ),
    ]

    /// All that could have changed.
    private func state(_ test: Case) async throws -> [String] {
        try await test.store.database.read { connection in
            try connection.script(
                """
                SELECT CONCAT_WS(' ', id, HEX(name), live, uid_next, highest_modseq, messages) FROM mailboxes ORDER BY id;\
                SELECT CONCAT_WS(' ', mailbox_id, uid, flags, modseq, deleted_at IS NULL) FROM messages ORDER BY 1;\
                SELECT CONCAT_WS(' ', mailbox_id, account_id, rights) FROM mailbox_rights ORDER BY 1;\
                SELECT CONCAT_WS(' ', mailbox_id, HEX(name)) FROM mailbox_metadata ORDER BY 1;\
                SELECT CONCAT_WS(' ', id, used_bytes, used_messages) FROM accounts ORDER BY id
                """
            ).flatMap { try $0.rows.map { try $0[0].string } }
        }
    }

    @Test(arguments: deeds.map(\.name))
    func nothingIsDoneWithARightThatIsWithdrawn(name: String) async throws {
        let (_, right, deed) = try #require(Self.deeds.first { $0.name == name })
        try await StoreBench.run { bench in
            let test = try await Case(bench)
            // What RENAME moves to is below a mailbox where k is held all the same.
            let above = try await test.store.mailboxes.create(test.owner.id, try MailboxPath("Other"))
            let own = try await test.store.access.reach(test.owner.id, above.name, .administer)
            try await test.store.access.change(own, try Grantee(test.other.username), RightsChange(.replace, .create))

            try await Case.give(.all.subtracting(right), bench, test.owner, test.other)
            let before = try await state(test)
            var kind: StoreError.Kind?
            do { try await deed(test) } catch { kind = StoreError(error).kind }
            #expect(kind == .forbidden)
            #expect(try await state(test) == before)

            // By everybody it is held again.
            let shared = try await test.store.access.reach(test.owner.id, try MailboxPath("Shared"), .administer)
            try await test.store.access.change(shared, .anyone, RightsChange(.replace, right))
            try await deed(test)
            #expect(try await state(test) != before)
            #expect(try await bench.findings() == [:])
        }
    }

    @Test func anOwnerNeedsNone() async throws {
        try await StoreBench.run { bench in
            let test = try await Case(bench)
            #expect(MailboxPermit(test.owner.id, .all, on: test.shared.mailbox.id, of: test.owner.id) == nil)
        }
    }

    /// The look costs who is not the owner no further round trip where a mailbox is locked.
    @Test func aPermitTravelsWithTheLock() async throws {
        try await StoreBench.run { bench in
            let test = try await Case(bench)
            func store(_ flags: MessageFlags, _ permit: MailboxPermit?) async throws -> UInt64 {
                try await bench.roundTrips {
                    _ = try await test.store.messages.storeFlags(
                        account: test.owner.id, mailbox: test.shared.mailbox.id, uids: UIDSet(1...1),
                        change: FlagChange(.add, flags, []), permit: permit)
                }
            }
            let owners = try await store(.flagged, nil)
            #expect(try await store(.answered, try test.permit(.write)) == owners)
        }
    }
}
