// fsck finds what disagrees, says where, and puts right what can be.

import MariaDBClient
import S3Client
import Testing

@testable import LightMailCore

@Suite(.timeLimit(.minutes(3))) struct FsckTests {
    /// What is broken, and the findings that must follow.
    struct Damage: Sendable, CustomTestStringConvertible {
        let script: SQLText
        let findings: [FsckFinding.Kind: Int]
        var testDescription: String { script.text }
    }

    static let damages = [
        Damage(
            script: "UPDATE mailboxes SET messages = messages + 7 WHERE name = 'INBOX'",
            findings: [.mailboxCounters: 1, .accountUsage: 1]),
        Damage(script: "UPDATE mailboxes SET unseen = 0 WHERE name = 'INBOX'", findings: [.mailboxCounters: 1]),
        Damage(
            script: "UPDATE mailboxes SET bytes = -5 WHERE name = 'Junk'",
            findings: [.mailboxCounters: 1, .accountUsage: 1]),
        Damage(script: "UPDATE mailboxes SET uid_next = 2 WHERE name = 'INBOX'", findings: [.mailboxSequence: 1]),
        Damage(script: "UPDATE mailboxes SET highest_modseq = 1 WHERE name = 'INBOX'", findings: [.mailboxSequence: 1]),
        Damage(script: "UPDATE accounts SET used_bytes = 0, used_messages = 99", findings: [.accountUsage: 1]),
        Damage(script: "UPDATE domains SET used_bytes = 7", findings: [.domainUsage: 1]),
        Damage(script: "UPDATE domains SET quota_messages = 9", findings: [.domainUsage: 1]),
        Damage(script: "UPDATE accounts SET limited_domain_id = domain_id", findings: [.domainUsage: 1]),
        Damage(script: "DELETE FROM messages WHERE uid = 2", findings: [.mailboxCounters: 1, .unqueuedObject: 1]),
    ]

    @Test(arguments: damages)
    func damageIsFoundAndRepaired(_ damage: Damage) async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("a")
            for _ in 0..<3 { try await bench.deliver(to: account) }
            #expect(try await bench.findings() == [:])
            try await bench.run(damage.script)
            #expect(try await bench.findings() == damage.findings)
            // Looking changes nothing.
            #expect(try await bench.findings() == damage.findings)
            let report = try await bench.fsck.run(repair: true)
            #expect(report.isClean && report.total > 0)
            #expect(try await bench.findings() == [:])
            let box = try await bench.inbox(account)
            #expect(Int64(box.messages) == (try await bench.count("messages")))
            #expect(box.uidNext == 4)
        }
    }

    @Test func whatIsFoundIsNamed() async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("someone")
            try await bench.deliver(to: account)
            try await bench.run("UPDATE mailboxes SET unseen = 5 WHERE name = 'INBOX'")
            var found: [FsckFinding] = []
            let report = try await bench.fsck.run(repair: false) { found.append($0) }
            #expect(found.map(\.subject) == ["someone@example.com INBOX"])
            #expect(found.map(\.detail) == ["unseen 5, rows 1"])
            #expect(!report.isClean && report.mailboxes == 6 && report.accounts == 1 && report.objects == 1)
        }
    }

    @Test func aMissingObjectIsReportedAndCannotBeRepaired() async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("a")
            var keys: [String] = []
            for _ in 0..<4 { keys.append(try await bench.deliver(to: account).key) }
            let lost = [keys[1], keys[3]]
            _ = try await bench.store.objects.delete(lost)
            var found: [FsckFinding] = []
            let report = try await bench.fsck.run(repair: true) { found.append($0) }
            #expect(found.map(\.subject) == lost && found.allSatisfy { $0.kind == .missingObject && !$0.isRepaired })
            #expect(!report.isClean)
        }
    }

    @Test func oldOrphansAreFoundAndYoungOnesAreNot() async throws {
        try await StoreBench.run { bench in
            let ids = UUIDv7Generator()
            let key = "emails/\(ids.next()).eml"
            try await bench.store.s3.put(key, body: [1], contentType: "message/rfc822")
            #expect(try await bench.findings() == [:])
            bench.ahead.withLock { $0 = 90_000 }
            #expect(try await bench.findings() == [.orphan: 1])
            #expect(try await bench.findings(repair: true) == [.orphan: 1])
            #expect(try await bench.keys() == [])
            #expect(try await bench.findings() == [:])
        }
    }

    @Test func calendarObjectsAreLookedAtToo() async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("a")
            let calendars = bench.store.calendars
            let administration = bench.store.administration
            let calendar = try await administration.calendar(try await calendars.create(account.id, name: "Work"))
            let stored = try await calendars.store(CalendarsTests.octets("kept"), in: calendar)
            #expect(try await bench.findings() == [:])
            let lost = try await administration.calendarEvent(stored).object.key
            _ = try await bench.store.objects.delete([lost])
            let key = "calendars/\(UUIDv7Generator().next()).ics"
            try await bench.store.s3.put(key, body: [1], contentType: "text/calendar")
            bench.ahead.withLock { $0 = 90_000 }
            #expect(try await bench.findings(repair: true) == [.missingObject: 1, .orphan: 1])
            #expect(try await bench.findings() == [.missingObject: 1])
        }
    }

    /// What waits for the collector is in order.
    @Test func garbageIsNotDamage() async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("a")
            let inbox = try await bench.inbox(account)
            for _ in 0..<3 { try await bench.deliver(to: account) }
            try await bench.store.messages.remove(account: account.id, mailbox: inbox.id, uids: UIDSet(1...2))
            try await bench.store.mailboxes.delete(account.id, try MailboxPath("Junk"))
            #expect(try await bench.findings() == [:])
            var report = GarbageReport()
            try await bench.collector().collectTombstones(&report)
            #expect(try await bench.count("garbage_objects") == 2)
            #expect(try await bench.findings() == [:])
            // Its object is gone, its row not yet.
            _ = try await bench.store.objects.delete(Array(try await bench.keys()).sorted().prefix(1) + [])
            #expect(try await bench.findings() == [:])
        }
    }
}
