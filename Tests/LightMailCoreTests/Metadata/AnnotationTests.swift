// Annotations: whose they are, how many there may be, and where they go.

import Testing

@testable import LightMailCore

@Suite(.timeLimit(.minutes(3))) struct AnnotationTests {
    private func annotations(_ bench: StoreBench, _ adjust: (inout AnnotationLimits) -> Void) -> Annotations {
        var limits = AnnotationLimits()
        adjust(&limits)
        return Annotations(database: bench.store.database, changes: bench.store.changes, limits: limits)
    }

    private let comment = Annotation("/shared/comment", Array("hello".utf8))

    @Test func nobodyReachesAnothersAnnotations() async throws {
        try await StoreBench.run { bench in
            let owner = try await bench.account("owner")
            let other = try await bench.account("other")
            let store = bench.store.annotations
            try await store.write(owner.id, .inbox, [comment])
            try await store.write(owner.id, [Annotation("/private/a", [1])])
            let query = AnnotationQuery(["/shared", "/private"], depth: .infinity)
            let (inbox, own) = (try await bench.inbox(owner), try await bench.inbox(other))
            #expect(try await store.read(owner.id, .inbox, query) == [comment])
            #expect(try await store.read([inbox, own], query) == [inbox.id: [comment]])
            #expect(try await store.read(other.id, .inbox, query) == [])
            #expect(try await store.read([own], query) == [:])
            #expect(try await store.read(other.id, query) == [])
            try await store.write(other.id, .inbox, [Annotation("/shared/comment", nil)])
            #expect(try await store.read(owner.id, .inbox, query) == [comment])
        }
    }

    @Test func whatMayBeKeptIsBounded() async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("a").id
            let store = annotations(bench) { limits in
                limits.size = 10
                limits.count = 3
                limits.total = 25
            }
            func value(_ name: String, _ size: Int?) -> Annotation {
                Annotation("/private/\(name)", size.map { [UInt8](repeating: 65, count: $0) })
            }
            await #expect(throws: AnnotationError.tooLarge(10)) {
                try await store.write(account, .inbox, [value("a", 1), value("b", 11)])
            }
            #expect(try await bench.count("mailbox_metadata") == 0, "all or none")
            try await store.write(account, .inbox, [value("a", 1), value("b", 1), value("c", 1)])
            await #expect(throws: AnnotationError.tooMany) { try await store.write(account, .inbox, [value("d", 1)]) }
            try await store.write(account, .inbox, [value("c", nil), value("d", 1)])
            // All mailboxes and the server together; a deleted mailbox still takes its room.
            try await store.write(account, try MailboxPath("Junk"), [value("a", 10)])
            try await store.write(account, [value("a", 10)])
            await #expect(throws: AnnotationError.tooMany) { try await store.write(account, [value("b", 3)]) }
            try await bench.store.mailboxes.delete(account, try MailboxPath("Junk"))
            await #expect(throws: AnnotationError.tooMany) { try await store.write(account, [value("b", 3)]) }
            try await store.write(account, [value("a", 5)])
            try await store.write(account, [value("b", 3)])
            // The collector takes them with the mailbox and with the account.
            try await bench.collect(bench.collector())
            #expect(try await bench.count("mailbox_metadata") == 3)
            try await bench.store.accounts.remove(try EmailAddress("a@example.com"))
            try await bench.collect(bench.collector())
            #expect(try await bench.count("mailbox_metadata") == 0)
            #expect(try await bench.count("account_metadata") == 0)
            #expect(try await bench.count("accounts") == 0)
        }
    }

    @Test func depthIsHonouredByNameAndByQuery() async throws {
        let names = ["/private/a", "/private/a/b", "/private/a/b/c", "/private/ab", "/private/a0"]
        try await StoreBench.run { bench in
            let account = try await bench.account("a").id
            try await bench.store.annotations.write(account, .inbox, names.map { Annotation($0, []) })
            for (depth, expected) in [(AnnotationQuery.Depth.zero, 1), (.one, 2), (.infinity, 3)] {
                let query = AnnotationQuery(["/private/a"], depth: depth)
                let found = try await bench.store.annotations.read(account, .inbox, query)
                #expect(found.map(\.name) == Array(names.prefix(expected)))
                #expect(names.filter(query.includes) == Array(names.prefix(expected)))
            }
        }
    }
}
