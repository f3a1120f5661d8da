// What tests of messages and deliveries need of the bench beside the store itself.

import Dispatch
import Logging
import MariaDBClient
import Testing

@testable import LightMailCore

extension StoreBench {
    /// The mailbox as a session sees it now.
    func index(of mailbox: Mailbox) async throws -> MailboxIndex {
        try await store.indexes.refresh(account: mailbox.account, mailbox: mailbox.id)
    }

    /// Round trips to MySQL that `body` costs this store.
    func roundTrips(_ body: () async throws -> Void) async throws -> UInt64 {
        // What every statement's first use costs is no part of it.
        let before = store.database.statistics
        try await body()
        let after = store.database.statistics
        return after.roundTrips - before.roundTrips - (after.prepares - before.prepares)
    }

    func limit(_ account: Account, _ change: QuotaChange) async throws {
        try await store.quotas.change(.account(try EmailAddress(account.username)), change)
    }

    /// How a login with a password ends: the account's id, or what is wrong.
    func login(_ account: Account, _ password: String) async throws -> String {
        switch try await store.accounts.authenticate(
            username: account.username, .password(Array(password.utf8)), from: .local)
        {
        case .account(let account, _): "\(account.id)"
        case .wrong: "wrong"
        case .inactive: "inactive"
        case .blocked: "blocked"
        }
    }

    /// A message that has arrived and has no rows yet.
    func receive(_ bytes: [UInt8]) async throws -> ReceivedMessage {
        let incoming = store.delivery.begin()
        try await incoming.write(bytes)
        return try await incoming.finish()
    }

    func targets(_ accounts: [Account]) async throws -> [DeliveryTarget] {
        var targets: [DeliveryTarget] = []
        for account in accounts { targets += try await store.accounts.resolve(recipient: account.username) }
        return targets
    }

    func deliver(_ bytes: [UInt8], to accounts: [Account]) async throws -> [DeliveredMessage] {
        let targets = try await targets(accounts)
        let message = try await receive(bytes)
        return try await store.delivery.deliver(message, to: targets).map { try $0.get() }
    }

    /// Puts messages into INBOX in one APPEND.
    func fill(_ account: Account, _ count: Int) async throws {
        var messages: [AppendedMessage] = []
        for number in 0..<count {
            let message = try await receive(Array("Subject: \(number)\r\n\r\nbody\r\n".utf8))
            messages.append(AppendedMessage(message: message, flags: [], keywords: [], internalDate: nil))
        }
        _ = try await store.delivery.append(messages, account: account.id, to: try await inbox(account).id)
    }

    /// Holds a mailbox's row, as a slow transaction would, until the gate is opened.
    func locked(_ mailbox: MailboxID) async throws -> Gate {
        let gate = Gate(ConnectionPool(configuration: store.database.configuration, logger: Logger(label: "test")))
        try await gate.close(mailbox)
        return gate
    }
}

/// A transaction that holds a lock until it is told to end.
final class Gate: Sendable {
    private let database: ConnectionPool
    private let opening = DispatchSemaphore(value: 0)
    private let holder: AsyncStream<Task<Void, any Error>>.Continuation
    private let holders: AsyncStream<Task<Void, any Error>>

    init(_ database: ConnectionPool) {
        self.database = database
        (holders, holder) = AsyncStream.makeStream()
    }

    fileprivate func close(_ mailbox: MailboxID) async throws {
        let (locked, lock) = AsyncStream<Void>.makeStream()
        holder.yield(
            Task { [database, opening] in
                defer { lock.finish() }
                try await database.transaction { connection in
                    _ = try connection.script("SELECT id FROM mailboxes WHERE id = \(mailbox.rawValue) FOR UPDATE")
                    lock.yield()
                    opening.wait()
                }
            })
        holder.finish()
        for await _ in locked { return }
        throw StoreError(.internal, "the lock was not taken")
    }

    func open() { opening.signal() }

    /// Waits until the transaction has ended.
    func ended() async throws {
        for await task in holders { try await task.value }
        await database.shutdown()
    }
}
