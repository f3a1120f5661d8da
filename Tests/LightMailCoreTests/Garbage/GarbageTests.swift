// What was deleted is freed when its time has come, and nothing else is.

import Foundation
import MariaDBClient
import S3Client
import Synchronization
import Testing

@testable import LightMailCore

@Suite(.timeLimit(.minutes(3))) struct GarbageTests {
    @Test func removingAccountsFreesEverything() async throws {
        try await StoreBench.run { bench in
            let (first, second) = (try await bench.account("first"), try await bench.account("second"))
            for _ in 0..<7 { try await bench.deliver(to: first, second) }
            let shared = try await bench.keys()
            for _ in 0..<5 { try await bench.deliver(to: first) }
            #expect(try await bench.keys().count == 12)

            try await bench.store.accounts.remove(try EmailAddress(first.username))
            // A batch smaller than anything there is to do.
            let report = try await bench.collect(bench.collector(batchSize: 2))
            #expect(report.accounts == 1 && report.objects == 5 && report.mailboxMessages == 12)
            #expect(try await bench.keys() == shared)
            #expect(try await bench.findings() == [:])

            try await bench.store.accounts.remove(try EmailAddress(second.username))
            try await bench.collect(bench.collector())
            #expect(try await bench.keys() == [])
            for table: SQLText in [
                "accounts", "mailboxes", "messages", "object_keys", "garbage_objects", "deliveries", "subscriptions",
                "aliases", "mailbox_keywords",
            ] {
                #expect(try await bench.count(table) == 0, "\(table.text)")
            }
        }
    }

    @Test func aDeletedMailboxFreesWhatOnlyItHeld() async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("a")
            let inbox = try await bench.inbox(account)
            let folder = try await bench.store.mailboxes.create(account.id, try MailboxPath("Folder"))
            for _ in 0..<3 { try await bench.deliver(to: account) }
            _ = try await bench.store.messages.copy(
                account: account.id, from: inbox.id, uids: UIDSet(1...2), to: folder.id)
            _ = try await bench.store.messages.move(
                account: account.id, from: inbox.id, uids: UIDSet(3...3), to: folder.id)
            try await bench.store.mailboxes.delete(account.id, try MailboxPath("Folder"))
            let report = try await bench.collect(bench.collector())
            #expect(report.mailboxes == 1 && report.mailboxMessages == 3 && report.objects == 1)
            #expect(report.tombstones == 1)
            #expect(try await bench.keys().count == 2)
            #expect(try await bench.findings() == [:])
            // The name is free, and the account's other mailboxes are there.
            #expect(try await bench.inbox(account).messages == 2)
        }
    }

    @Test func retentionIsHonoured() async throws {
        try await StoreBench.run { bench in
            let (account, other) = (try await bench.account("a"), try await bench.account("b"))
            let inbox = try await bench.inbox(account)
            try await bench.deliver(to: account, other)
            try await bench.store.messages.remove(account: account.id, mailbox: inbox.id, uids: UIDSet(1...1))
            try await bench.store.mailboxes.delete(account.id, try MailboxPath("Trash"))
            try await bench.store.accounts.remove(try EmailAddress(other.username))
            let before = try await bench.count("messages")
            let report = try await bench.collect(bench.collector(retention: 3600))
            #expect(report.isEmpty)
            #expect(try await bench.count("messages") == before)
            #expect(try await bench.keys().count == 1)
            // An hour later.
            for table: SQLText in ["messages", "mailboxes", "accounts"] {
                try await bench.run("UPDATE \(table) SET deleted_at = deleted_at - INTERVAL 3600 SECOND")
            }
            try await bench.collect(bench.collector(retention: 3600))
            #expect(try await bench.keys() == [])
            #expect(try await bench.count("accounts") == 1)
        }
    }

    @Test func tombstonesRaiseCollectedModSeq() async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("a")
            let inbox = try await bench.inbox(account)
            for _ in 0..<4 { try await bench.deliver(to: account) }
            try await bench.store.messages.remove(account: account.id, mailbox: inbox.id, uids: UIDSet(2...3))
            let removal = try await bench.inbox(account).highestModSeq
            try await bench.deliver(to: account)
            #expect(try await bench.inbox(account).collectedModSeq == 0)
            let report = try await bench.collect(bench.collector())
            #expect(report.tombstones == 2 && report.objects == 2)
            let box = try await bench.inbox(account)
            #expect(box.collectedModSeq == removal && box.highestModSeq > removal)
            #expect(box.messages == 3 && box.uidNext == 6)
            #expect(try await bench.findings() == [:])
        }
    }

    @Test func twoCollectorsAtOnceMissNothing() async throws {
        try await StoreBench.run { bench in
            let (first, second) = (try await bench.account("first"), try await bench.account("second"))
            for _ in 0..<40 { try await bench.deliver(to: first, second) }
            let boxes = (try await bench.inbox(first), try await bench.inbox(second))
            try await bench.store.messages.remove(account: first.id, mailbox: boxes.0.id, uids: UIDSet(1...40))
            try await bench.store.messages.remove(account: second.id, mailbox: boxes.1.id, uids: UIDSet(1...40))
            try await bench.store.mailboxes.delete(second.id, try MailboxPath("Junk"))
            let collectors = (0..<2).map { _ in bench.collector(batchSize: 3) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for collector in collectors { group.addTask { try await bench.collect(collector) } }
                try await group.waitForAll()
            }
            // What one held while the other looked for more.
            try await bench.collect(bench.collector())
            #expect(try await bench.keys() == [])
            #expect(try await bench.count("object_keys") == 0)
            #expect(collectors.map { $0.totals.tombstones }.reduce(0, +) <= 80)
        }
    }

    /// Two transactions that remove one of an object's last two references each do not see each other's removal. They
    /// meet at the object's lock, so that the later one sees it, and queues the object.
    @Test func theLastTwoReferencesCanGoAtOnce() async throws {
        try await StoreBench.run { bench in
            let (first, second) = (try await bench.account("first"), try await bench.account("second"))
            try await bench.deliver(to: first, second)
            let boxes = (try await bench.inbox(first).id, try await bench.inbox(second).id)
            try await bench.store.messages.remove(account: second.id, mailbox: boxes.1, uids: UIDSet(1...1))
            let mayCommit = DispatchSemaphore(value: 0)
            let isRemoved = Atomic(false)
            let isDone = Atomic(false)
            let object = try await bench.store.database.read {
                try $0.script("SELECT id FROM object_keys")[0].rows[0][0].uint64
            }
            async let other: Void = bench.store.database.transaction { connection in
                _ = try connection.script("SELECT id FROM mailboxes WHERE id = \(boxes.0.rawValue) FOR UPDATE")
                _ = try connection.script(GarbageQueue.lock([object]))
                _ = try connection.script("DELETE FROM messages WHERE mailbox_id = \(boxes.0.rawValue)")
                _ = try connection.script(GarbageQueue.add([object]))
                isRemoved.store(true, ordering: .sequentiallyConsistent)
                mayCommit.wait()
            }
            try await eventually { isRemoved.load(ordering: .sequentiallyConsistent) }
            async let tombstones = {
                defer { isDone.store(true, ordering: .sequentiallyConsistent) }
                var report = GarbageReport()
                try await bench.collector().collectTombstones(&report)
                return report.tombstones
            }()
            try await eventually {
                let waiting: SQLText = """
                    SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE DB = DATABASE() \
                    AND INFO LIKE 'SELECT id FROM object_keys%FOR UPDATE'
                    """
                let isWaiting = try await bench.store.database.read { try $0.script(waiting)[0].rows[0][0].bool }
                return isWaiting || isDone.load(ordering: .sequentiallyConsistent)
            }
            mayCommit.signal()
            try await other
            #expect(try await tombstones == 1)
            #expect(try await bench.count("garbage_objects") == 1)
            #expect(try await bench.collect(bench.collector()).objects == 1)
        }
    }

    /// Messages are copied and removed while collectors run: a copy is never without its body.
    @Test func copiesSurviveCollectors() async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("a")
            let inbox = try await bench.inbox(account)
            let kept = try await bench.store.mailboxes.create(account.id, try MailboxPath("Kept"))
            let collecting = (0..<2).map { _ in
                Task {
                    let collector = bench.collector(batchSize: 2)
                    while !Task.isCancelled { _ = try? await collector.cycle() }
                    return collector.totals
                }
            }
            for uid in UID(1)...30 {
                try await bench.deliver(to: account)
                async let removal = bench.store.messages.remove(
                    account: account.id, mailbox: inbox.id, uids: UIDSet(uid...uid))
                _ = try await bench.store.messages.copy(
                    account: account.id, from: inbox.id, uids: UIDSet(uid...uid), to: kept.id)
                _ = try await removal
            }
            for task in collecting { task.cancel() }
            for task in collecting { _ = await task.result }
            try await bench.collect(bench.collector())
            let box = try await bench.store.mailboxes.find(account.id, try MailboxPath("Kept"))
            #expect(try await bench.keys().count == box.messages)
            #expect(try await bench.findings() == [:])
        }
    }

    @Test func aThousandObjectsAreOneRequest() async throws {
        try await StoreBench.run { bench in
            let objects = try await queued(1000, bench)
            let collector = bench.collector(batchSize: 1000)
            var report = GarbageReport()
            let (s3, trips) = (bench.store.s3.statistics.snapshot, bench.store.database.statistics.roundTrips)
            try await collector.collectObjects(&report)
            #expect(report.objects == objects.count)
            #expect(bench.store.s3.statistics.snapshot.totalRequests - s3.totalRequests == 1)
            #expect(bench.store.s3.statistics.requests(.deleteObjects) == 1)
            #expect(bench.store.database.statistics.roundTrips - trips == 3)
            #expect(try await bench.count("object_keys") == 0)
        }
    }

    /// Objects that were deleted in S3 by a collector that then died.
    @Test func aCrashBeforeTheRowsAreDeletedIsMadeGood() async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("a")
            let inbox = try await bench.inbox(account)
            for _ in 0..<3 { try await bench.deliver(to: account) }
            try await bench.store.messages.remove(account: account.id, mailbox: inbox.id, uids: UIDSet(1...3))
            var report = GarbageReport()
            try await bench.collector().collectTombstones(&report)
            try await bench.run(
                "UPDATE garbage_objects SET claimed_by = 1, claimed_until = UTC_TIMESTAMP() + INTERVAL 1 HOUR")
            _ = try await bench.store.objects.delete(Array(try await bench.keys()))
            // The dead one's lease holds.
            #expect(try await bench.collect(bench.collector()).objects == 0)
            try await bench.run("UPDATE garbage_objects SET claimed_until = UTC_TIMESTAMP() - INTERVAL 1 SECOND")
            #expect(try await bench.collect(bench.collector()).objects == 3)
            #expect(try await bench.count("object_keys") == 0)
        }
    }

    @Test func aReferencedObjectIsTakenOffTheQueue() async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("a")
            try await bench.deliver(to: account)
            try await bench.run(
                "INSERT INTO garbage_objects (object_id, queued_at) SELECT id, UTC_TIMESTAMP() FROM object_keys")
            #expect(try await bench.collect(bench.collector()).objects == 0)
            #expect(try await bench.count("garbage_objects") == 0)
            #expect(try await bench.keys().count == 1)
        }
    }

    @Test func oldRecordsAreForgotten() async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("a")
            for _ in 0..<3 { try await bench.deliver(to: account) }
            #expect(try await bench.collect(bench.collector()).isEmpty)
            try await bench.run(
                """
                UPDATE deliveries SET delivered_at = delivered_at - INTERVAL 86401 SECOND WHERE uid < 3;\
                UPDATE mailbox_changes SET changed_at = changed_at - INTERVAL 3601 SECOND WHERE kind = 'created'
                """)
            let report = try await bench.collect(bench.collector())
            #expect(report.deliveries == 2 && report.changes == 6)
            #expect(try await bench.count("deliveries") == 1)
            #expect(try await bench.count("mailbox_changes") == 3)
        }
    }

    /// One pass that cannot go on does not keep the others from their work.
    @Test func aFailingPassIsReportedAndTheOthersRun() async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("a")
            let inbox = try await bench.inbox(account)
            try await bench.deliver(to: account)
            try await bench.store.messages.remove(account: account.id, mailbox: inbox.id, uids: UIDSet(1...1))
            try await bench.run("RENAME TABLE garbage_state TO hidden_state")
            let report = try await bench.collector().cycle()
            #expect(report.failures.map(\.pass) == [.orphans])
            #expect(report.objects == 1)
            try await bench.run("RENAME TABLE hidden_state TO garbage_state")
            #expect(try await bench.collector().cycle().failures.isEmpty)
        }
    }

    @Test func collectingEndsWithItsTask() async throws {
        try await StoreBench.run { bench in
            let collector = bench.collector()
            let task = Task { try await collector.run(pause: .zero, idle: .seconds(3600)) }
            let account = try await bench.account("a")
            try await bench.deliver(to: account)
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
    }

    /// Rows of objects, queued, with small objects behind some of them.
    private func queued(_ count: Int, _ bench: StoreBench) async throws -> [String] {
        let ids = UUIDv7Generator()
        let keys = (0..<count).map { _ in "emails/\(ids.next()).eml" }
        let rows: [SQLText] = keys.map { "(\(hex: $0.utf8), 1, REPEAT('x', 32), 1, '', '', UTC_TIMESTAMP())" }
        try await bench.run(
            """
            INSERT INTO object_keys (object_key, size, sha256, header_size, envelope, structure, created_at) \
            VALUES \(list: rows);\
            INSERT INTO garbage_objects (object_id, queued_at) SELECT id, UTC_TIMESTAMP() FROM object_keys
            """)
        for key in keys.prefix(5) { try await bench.store.s3.put(key, body: [1], contentType: "message/rfc822") }
        return keys
    }
}
