// The real store that the transcripts run against: a database of its own in the MariaDB, and the bucket, that
// scripts/with-test-servers started.

import FoundationEssentials
import Logging
import MariaDBClient
import S3Client
import Testing

@testable import LightMailCore

struct MissingVariable: Error, CustomStringConvertible {
    let name: String
    var description: String { "\(name) is not set: run the tests through scripts/with-test-servers" }
}

/// The store of all tests of this process, made when the first one asks.
actor TestStore {
    static let shared = TestStore()
    private var opening: Task<Opened, any Error>?
    private var openingAnother: Task<Store, any Error>?
    private var accounts = 0
    private var domains = 0
    private let changeTick: Duration

    /// Of accounts, if not said otherwise.
    static let domain = "example.test"
    /// Of accounts that have nothing to do with the others.
    static let otherDomain = "elsewhere.test"

    private let poolSize: Int
    private let port: Int?

    /// - Parameter port: of a proxy before MySQL; nil for none.
    init(changeTick: Duration = .milliseconds(20), poolSize: Int = 10, port: Int? = nil) {
        self.changeTick = changeTick
        self.poolSize = poolSize
        self.port = port
    }

    /// An open store with its schema.
    func store() async throws -> Store { try await opened().store }

    /// Another on the same database, with connections, caches and a change feed of its own: as another process has it.
    func another() async throws -> Store {
        if let openingAnother { return try await openingAnother.value }
        let task = Task {
            let store = Store(try await opened().configuration, logger: Logger(label: "test"))
            store.start()
            return store
        }
        openingAnother = task
        return try await task.value
    }

    private struct Opened: Sendable {
        let store: Store
        let configuration: StoreConfiguration
    }

    private func opened() async throws -> Opened {
        if let opening { return try await opening.value }
        let task = Task { [changeTick, poolSize, port] in try await Self.open(changeTick, poolSize, port) }
        opening = task
        return try await task.value
    }

    /// The name of a new domain.
    func makeDomain() async throws -> String {
        domains += 1
        let name = "d\(domains).test"
        try await store().accounts.addDomain(try DomainName(name))
        return name
    }

    /// The name of a new account, whose password is "secret".
    func makeAccount(domain: String = TestStore.domain) async throws -> String {
        accounts += 1
        let name = "user\(accounts)@\(domain)"
        _ = try await store().accounts.add(try EmailAddress(name), password: Array("secret".utf8))
        return name
    }

    private static func open(_ changeTick: Duration, _ poolSize: Int, _ port: Int?) async throws -> Opened {
        let name = "lightmail_imap_\(UInt32.random(in: 0...UInt32.max))"
        let maker = ConnectionPool(
            configuration: try database(try variable("DB_NAME")), logger: Logger(label: "test"))
        try await maker.read { connection in
            _ = try connection.query("CREATE DATABASE \(name) CHARACTER SET utf8mb4", [])
        }
        await maker.shutdown()
        var configuration = try configuration(name)
        configuration.passwordCost = 10
        configuration.changeTick = changeTick
        configuration.database.poolSize = poolSize
        if let port {
            configuration.database.socket = nil
            configuration.database.host = "127.0.0.1"
            configuration.database.port = UInt16(port)
            configuration.database.tls = .disabled
        }
        let store = Store(configuration, logger: Logger(label: "test"))
        try await Migrator(store.database).migrate()
        try await store.accounts.addDomain(try DomainName(domain))
        try await store.accounts.addDomain(try DomainName(otherDomain))
        store.start()
        return Opened(store: store, configuration: configuration)
    }

    /// A store whose database does not answer.
    static func unreachable() throws -> Store {
        var configuration = try configuration("nowhere")
        configuration.database.socket = "/nonexistent/mariadb.sock"
        return Store(configuration, logger: Logger(label: "test"))
    }

    private static func configuration(_ name: String) throws -> StoreConfiguration {
        let endpoint = try variable("S3_ENDPOINT")
        return StoreConfiguration(
            database: try database(name),
            s3: S3Configuration(
                endpoint: try #require(S3Endpoint(endpoint)), bucket: try variable("S3_BUCKET"),
                region: try variable("S3_REGION"),
                credentials: S3Credentials(
                    accessKey: try variable("S3_ACCESS_KEY"), secretKey: try variable("S3_SECRET_KEY"))),
            cache: nil, spoolDirectory: "/tmp")
    }

    private static func database(_ name: String) throws -> DatabaseConfiguration {
        var configuration = DatabaseConfiguration(
            user: try variable("DB_USER"), password: try variable("DB_PASSWORD"), database: name)
        configuration.socket = try variable("DB_SOCKET")
        return configuration
    }

    static func variable(_ name: String) throws -> String {
        let name = "LIGHTMAIL_TEST_\(name)"
        guard let value = ProcessInfo.processInfo.environment[name], !value.isEmpty else {
            throw MissingVariable(name: name)
        }
        return value
    }
}
