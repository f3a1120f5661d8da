// The real store that the tests run against: a database of its own in the MariaDB, and the bucket, that
// scripts/with-test-servers started.

import FoundationEssentials
import LightMailCore
import Logging
import MariaDBClient
import S3Client
import Testing

struct MissingVariable: Error, CustomStringConvertible {
    let name: String
    var description: String { "\(name) is not set: run the tests through scripts/with-test-servers" }
}

/// The store of all tests of this process, made when the first one asks.
actor TestStore {
    static let shared = TestStore("run")
    /// That of another site, which takes what is sent elsewhere.
    static let elsewhere = TestStore("elsewhere")
    private let name: String
    private var opening: Task<Store, any Error>?
    private var domains = 0

    private init(_ name: String) {
        self.name = name
    }

    /// An open store with its schema.
    func store() async throws -> Store {
        if let opening { return try await opening.value }
        let task = Task { try await Self.open() }
        opening = task
        return try await task.value
    }

    /// A domain of a test's own, with these accounts: alice and bob; carol, who is not active; dave, whose mailbox is
    /// full; erin, whose mailbox has room for 3,000 bytes; and team, which is an alias of alice and bob.
    func makeDomain() async throws -> TestDomain {
        domains += 1
        let domain = TestDomain(name: "\(name)\(domains).test", store: try await store())
        let accounts = domain.store.accounts
        try await accounts.addDomain(try DomainName(domain.name))
        for person in ["alice", "bob", "carol", "dave", "erin"] {
            let quota: UInt64? = ["dave": 0, "erin": 3_000][person]
            _ = try await accounts.add(try domain.address(person), password: Array("secret".utf8), quotaBytes: quota)
        }
        try await accounts.setActive(try domain.address("carol"), false)
        for person in ["alice", "bob"] {
            try await accounts.addAlias("team@\(domain.name)", to: try domain.address(person))
        }
        return domain
    }

    private static func open() async throws -> Store {
        let name = "lightmail_smtp_\(UInt32.random(in: 0...UInt32.max))"
        let maker = ConnectionPool(
            configuration: try database(try variable("DB_NAME")), logger: Logger(label: "test"))
        try await maker.read { connection in
            _ = try connection.query("CREATE DATABASE \(name) CHARACTER SET utf8mb4", [])
        }
        await maker.shutdown()
        let store = Store(try configuration(database: name), logger: Logger(label: "test"))
        _ = try await Migrator(store.database).migrate()
        return store
    }

    /// The shared store's database with an S3 server at another port of this machine.
    func store(s3Port: Int) async throws -> Store {
        let database = try await store().database
        let name = try await database.read { try $0.query("SELECT DATABASE()", [])[0][0].string }
        var configuration = try Self.configuration(database: name)
        configuration.s3.endpoint = try #require(S3Endpoint("http://127.0.0.1:\(s3Port)"))
        configuration.s3.retry = S3RetryPolicy(attempts: 2, base: .milliseconds(5), cap: .milliseconds(20))
        return Store(configuration, logger: Logger(label: "test"))
    }

    /// A store whose database does not answer.
    static func unreachable() throws -> Store {
        var configuration = try configuration(database: "nowhere")
        configuration.database.socket = "/nonexistent/mariadb.sock"
        return Store(configuration, logger: Logger(label: "test"))
    }

    /// The port of the real S3 server.
    static func s3Port() throws -> Int {
        let endpoint = try #require(S3Endpoint(variable("S3_ENDPOINT")))
        return try #require(endpoint.authority.split(separator: ":").last.flatMap { Int($0) })
    }

    private static func configuration(database name: String) throws -> StoreConfiguration {
        var configuration = StoreConfiguration(
            database: try database(name),
            s3: S3Configuration(
                endpoint: try #require(S3Endpoint(try variable("S3_ENDPOINT"))), bucket: try variable("S3_BUCKET"),
                region: try variable("S3_REGION"),
                credentials: S3Credentials(
                    accessKey: try variable("S3_ACCESS_KEY"), secretKey: try variable("S3_SECRET_KEY"))),
            cache: nil, spoolDirectory: "/tmp")
        configuration.passwordCost = 4
        return configuration
    }

    private static func database(_ name: String) throws -> DatabaseConfiguration {
        var configuration = DatabaseConfiguration(
            user: try variable("DB_USER"), password: try variable("DB_PASSWORD"), database: name)
        configuration.socket = try variable("DB_SOCKET")
        configuration.poolSize = 4
        return configuration
    }

    private static func variable(_ name: String) throws -> String {
        let name = "LIGHTMAIL_TEST_\(name)"
        guard let value = ProcessInfo.processInfo.environment[name], !value.isEmpty else {
            throw MissingVariable(name: name)
        }
        return value
    }
}

/// A mail domain of one test.
struct TestDomain: Sendable {
    let name: String
    let store: Store

    /// The name of the host that serves it.
    var host: String { "mx.\(name)" }

    func address(_ person: String) throws -> EmailAddress { try EmailAddress("\(person)@\(name)") }

    /// How many messages rest in somebody's INBOX.
    func count(_ person: String) async throws -> Int {
        let account = try await store.accounts.find(try address(person))
        return try await store.mailboxes.find(account.id, .inbox).messages
    }

    /// Somebody's messages, whole, oldest first.
    func messages(_ person: String) async throws -> [[UInt8]] {
        var messages: [[UInt8]] = []
        for details in try await details(person) {
            var bytes: [UInt8] = []
            for try await piece in store.messages.content(of: details) { bytes += piece }
            messages.append(bytes)
        }
        return messages
    }

    func details(_ person: String) async throws -> [MessageDetails] {
        let account = try await store.accounts.find(try address(person))
        let inbox = try await store.mailboxes.find(account.id, .inbox)
        return try await store.messages.details(
            account: account.id, mailbox: inbox.id, uids: Array(1..<inbox.uidNext), parts: [])
    }
}
