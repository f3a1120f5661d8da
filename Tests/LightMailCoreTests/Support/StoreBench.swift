// What the centre's tests stand on: a store with a database and a bucket of its own on the real servers.

import Foundation
import Logging
import MariaDBClient
import S3Client
import Synchronization
import Testing

@testable import LightMailCore

/// A store that starts empty, and goes away with the test.
final class StoreBench: Sendable {
    let store: Store
    /// The name of the database.
    let name: SQLText
    /// Seconds that the clock of the store and of its collectors is ahead.
    let ahead = Mutex<UInt64>(0)

    private init(store: Store, name: SQLText) {
        self.store = store
        self.name = name
    }

    /// Every bench makes a schema, which a disk that flushes slowly does not do for a hundred tests at once within the
    /// time that a statement may take.
    private static let turns = Turns(8)

    /// Runs `body` on a new bench.
    static func run(_ body: (StoreBench) async throws -> Void) async throws {
        await turns.take()
        do {
            try await make(body)
        } catch {
            await turns.give()
            throw error
        }
        await turns.give()
    }

    private static func make(_ body: (StoreBench) async throws -> Void) async throws {
        let number = UInt32.random(in: 0...UInt32.max)
        var configuration = DatabaseConfiguration(
            user: try variable("DB_USER"), password: try variable("DB_PASSWORD"), database: try variable("DB_NAME"))
        configuration.socket = try variable("DB_SOCKET")
        let maker = ConnectionPool(configuration: configuration, logger: Logger(label: "test"))
        let name: SQLText = "lightmail_core_\(number)"
        _ = try await maker.read { try $0.script("CREATE DATABASE \(name)") }
        configuration.database = name.text
        let s3 = S3Configuration(
            endpoint: try #require(S3Endpoint(try variable("S3_ENDPOINT"))), bucket: "core-\(number)",
            region: try variable("S3_REGION"),
            credentials: S3Credentials(
                accessKey: try variable("S3_ACCESS_KEY"), secretKey: try variable("S3_SECRET_KEY")))
        var whole = StoreConfiguration(
            database: configuration, s3: s3, cache: nil, spoolDirectory: NSTemporaryDirectory())
        whole.passwordCost = 4
        whole.envelopeCacheBytes = 1_000_000
        let store = Store(whole, logger: Logger(label: "test"))
        do {
            try await store.s3.createBucket()
            try await Migrator(store.database).migrate()
            try await store.accounts.addDomain(try DomainName("example.com"))
            try await body(StoreBench(store: store, name: name))
        } catch {
            await store.shutdown()
            await maker.shutdown()
            throw error
        }
        await store.shutdown()
        _ = try await maker.read { try $0.script("DROP DATABASE \(name)") }
        await maker.shutdown()
    }

    /// A collector with a retention of nothing, if not told otherwise.
    func collector(batchSize: Int = 100, retention: Int64 = 0, orphanGrace: Int64 = 86_400) -> Garbage {
        Garbage(
            database: store.database, objects: store.objects,
            policy: GarbagePolicy(batchSize: batchSize, retention: retention, orphanGrace: orphanGrace),
            logger: Logger(label: "test"),
            milliseconds: { UUIDv7Generator.wallClock() + self.ahead.withLock { $0 } * 1000 })
    }

    /// Cycles until there is nothing more to do.
    @discardableResult
    func collect(_ garbage: Garbage) async throws -> GarbageReport {
        for _ in 0..<1000 {
            let report = try await garbage.cycle()
            if let failure = report.failures.first { throw failure.error }
            if !report.hasMore { return garbage.totals }
        }
        Issue.record("the collector does not come to an end")
        return garbage.totals
    }

    func account(_ name: String) async throws -> Account {
        try await store.accounts.add(try EmailAddress("\(name)@example.com"), password: Array("secret".utf8))
    }

    func inbox(_ account: Account) async throws -> Mailbox {
        try await store.mailboxes.find(account.id, .inbox)
    }

    /// Delivers one message, the same bytes to all; each call another.
    @discardableResult
    func deliver(to accounts: Account...) async throws -> StoredObject {
        let incoming = store.delivery.begin()
        try await incoming.write(Array("Subject: \(UUID())\r\n\r\nbody\r\n".utf8))
        let message = try await incoming.finish()
        var targets: [DeliveryTarget] = []
        for account in accounts { targets += try await store.accounts.resolve(recipient: account.username) }
        for result in await store.delivery.deliver(message, to: targets) { _ = try result.get() }
        return message.object
    }

    /// The keys in the bucket.
    func keys() async throws -> Set<String> {
        var keys: [String] = []
        while true {
            let page = try await store.objects.list(after: keys.last)
            keys += page.objects.map(\.key)
            if !page.isTruncated { return Set(keys) }
        }
    }

    /// Rows of a table.
    func count(_ table: SQLText) async throws -> Int64 {
        try await store.database.read { try $0.script("SELECT COUNT(*) FROM \(table)")[0].rows[0][0].int64 }
    }

    func run(_ script: SQLText) async throws {
        _ = try await store.database.read { try $0.script(script) }
    }

    /// What fsck finds, by kind.
    func findings(repair: Bool = false) async throws -> [FsckFinding.Kind: Int] {
        try await fsck.run(repair: repair).findings
    }

    var fsck: Fsck {
        Fsck(
            database: store.database, objects: store.objects,
            milliseconds: { UUIDv7Generator.wallClock() + self.ahead.withLock { $0 } * 1000 })
    }

    private struct Missing: Error, CustomStringConvertible {
        let name: String
        var description: String { "\(name) is not set: run the tests through scripts/with-test-servers" }
    }

    private static func variable(_ name: String) throws -> String {
        let name = "LIGHTMAIL_TEST_\(name)"
        guard let value = ProcessInfo.processInfo.environment[name], !value.isEmpty else { throw Missing(name: name) }
        return value
    }
}

/// So many at once, in the order of their coming.
private actor Turns {
    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(_ count: Int) { free = count }

    func take() async {
        if free > 0 {
            free -= 1
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
    }

    func give() {
        if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
    }
}
