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
    private var opening: Task<Store, any Error>?
    private var accounts = 0
    private let changeTick: Duration

    private let poolSize: Int

    init(changeTick: Duration = .milliseconds(20), poolSize: Int = 10) {
        self.changeTick = changeTick
        self.poolSize = poolSize
    }

    /// An open store with its schema.
    func store() async throws -> Store {
        if let opening { return try await opening.value }
        let task = Task { [changeTick, poolSize] in try await Self.open(changeTick, poolSize) }
        opening = task
        return try await task.value
    }

    /// The name of a new account, whose password is "secret".
    func makeAccount() async throws -> String {
        accounts += 1
        let name = "user\(accounts)@example.test"
        _ = try await store().accounts.add(try EmailAddress(name), password: Array("secret".utf8))
        return name
    }

    /// Puts a message into the account's INBOX as it is.
    func put(_ message: [UInt8], into user: String, flags: MessageFlags = []) async throws {
        let store = try await store()
        let (account, inbox) = try await self.inbox(of: user)
        let incoming = store.delivery.begin()
        try await incoming.write(message)
        _ = try await store.delivery.append(
            [AppendedMessage(message: try await incoming.finish(), flags: flags, keywords: [], internalDate: nil)],
            account: account, to: inbox)
    }

    /// Removes a message as another session does.
    func remove(_ uid: UID, from user: String) async throws {
        let (account, inbox) = try await self.inbox(of: user)
        _ = try await store().messages.remove(account: account, mailbox: inbox, uids: UIDSet(uid...uid))
    }

    /// UIDs of the living messages in the account's INBOX.
    func uids(of user: String) async throws -> [UID] {
        let (account, inbox) = try await self.inbox(of: user)
        return try await store().indexes.refresh(account: account, mailbox: inbox).uids
    }

    func inbox(of user: String) async throws -> (AccountID, MailboxID) {
        let store = try await store()
        let account = try await store.accounts.find(try EmailAddress(user)).id
        return (account, try await store.mailboxes.find(account, .inbox).id)
    }

    private static func open(_ changeTick: Duration, _ poolSize: Int) async throws -> Store {
        let name = "lightmail_pop3_\(UInt32.random(in: 0...UInt32.max))"
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
        let store = Store(configuration, logger: Logger(label: "test"))
        try await Migrator(store.database).migrate()
        try await store.accounts.addDomain(try DomainName("example.test"))
        store.start()
        return store
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
