import Logging
import MariaDBClient
import S3Client
import Synchronization

/// Posts what waits in the outbox: at least once, each by one sender at a time, however many there are.
///
/// A sender claims a batch by moving its events' time into the future, beyond what posting them can take. One that dies
/// leaves its claims, which end by themselves. An event that fails is tried again later and later, and is given up at a
/// bound; then it stays as a dead letter for the operator to look at.
package final class WebhookSender: Sendable {
    private let database: ConnectionPool
    private let configuration: WebhookConfiguration
    private let engine: TransferEngine
    private let logger: Logger
    private let counts = Mutex(Statistics())

    /// Events that are posted at once.
    static let batch = 20
    /// Seconds that a claim lasts beyond the receiver's time.
    private static let lease: Int64 = 60
    /// Bytes of an answer that are read, so that its connection can be kept.
    private static let longestAnswer = 65_536

    /// How many attempts ended how.
    package struct Statistics: Sendable, Hashable {
        package var sent: UInt64 = 0
        package var failed: UInt64 = 0
        package var dead: UInt64 = 0
    }

    package init(
        database: ConnectionPool, configuration: WebhookConfiguration, engine: TransferEngine, logger: Logger
    ) {
        self.database = database
        self.configuration = configuration
        self.engine = engine
        self.logger = logger
    }

    package var statistics: Statistics { counts.withLock { $0 } }

    /// Sends until the task is cancelled.
    ///
    /// - Throws: `CancellationError` only.
    package func run() async throws {
        while true {
            var taken = 0
            do throws(StoreError) {
                taken = try await cycle()
            } catch {
                try Task.checkCancellation()
                logger.warning("events cannot be read", metadata: ["error": "\(error)"])
            }
            if taken < Self.batch { try await Task.sleep(for: configuration.idle) }
        }
    }

    /// Sends a batch of what is due.
    ///
    /// - Returns: how many events were taken.
    package func cycle() async throws(StoreError) -> Int {
        let seconds = configuration.timeout.components.seconds + 1 + Self.lease
        let claimed = try await mapped { try await database.transaction { try $0.claimEvents(Self.batch, seconds) } }
        guard !claimed.isEmpty else { return 0 }
        let failures = await withTaskGroup(of: (UInt64, String?).self) { group in
            for event in claimed { group.addTask { (event.id, await self.post(event)) } }
            return await group.reduce(into: [UInt64: String]()) { $0[$1.0] = $1.1 }
        }
        try await settle(claimed, failures)
        return claimed.count
    }

    /// Posts an event.
    ///
    /// - Returns: what went wrong; nil when the receiver has it.
    private func post(_ event: OutboxEvent) async -> String? {
        let body = event.body
        var headers = [
            (name: "Content-Type", value: "application/json"), (name: "User-Agent", value: "LightMail"),
            (name: "X-LightMail-Event", value: event.kind), (name: "X-LightMail-Delivery", value: "\(event.id)"),
        ]
        if !configuration.token.isEmpty { headers.append(("Authorization", "Bearer \(configuration.token)")) }
        if !configuration.secret.isEmpty {
            let code = HMACSHA256.hexadecimal(key: Array(configuration.secret.utf8), body)
            headers.append(("X-LightMail-Signature", "sha256=\(code)"))
        }
        let timeout = configuration.timeout
        let request = TransferRequest(
            method: "POST", url: configuration.url, headers: headers, body: .bytes(body),
            timeouts: TransferTimeouts(connect: timeout, stall: timeout, total: timeout))
        do throws(TransferError) {
            let response = try await engine.send(request)
            guard (200...299).contains(response.status) else { return "status \(response.status)" }
            _ = try await response.body.collect(limit: Self.longestAnswer)
            return nil
        } catch {
            // A long answer is nobody's failure: the status has said that the receiver has it.
            return error.kind == .malformed ? nil : "\(error.kind): \(error.message)"
        }
    }

    /// Removes what was sent, and notes when the rest is tried again, in one transaction.
    private func settle(_ events: [OutboxEvent], _ failures: [UInt64: String]) async throws(StoreError) {
        let sent = events.map(\.id).filter { failures[$0] == nil }
        var script: SQLText = "DELETE FROM webhook_events WHERE id IN (\(list: sent + [0]))"
        var dead = 0
        for event in events {
            guard let why = failures[event.id] else { continue }
            let isDead = event.attempt >= configuration.maximumAttempts
            if isDead { dead += 1 }
            let wait = configuration.wait(after: event.attempt, jitter: .random(in: 0..<1))
            script += """
                ;UPDATE webhook_events SET due_at = UTC_TIMESTAMP() + INTERVAL \(wait) SECOND, \
                failure = \(hex: why.utf8.prefix(255)), dead_at = \(isDead ? "UTC_TIMESTAMP()" : "NULL") \
                WHERE id = \(event.id)
                """
            logger.log(
                level: isDead ? .error : .warning, isDead ? "event given up" : "event not taken",
                metadata: [
                    "event": "\(event.kind)", "id": "\(event.id)", "attempt": "\(event.attempt)", "error": "\(why)",
                ])
        }
        let finished = script
        try await mapped { _ = try await database.transaction { try $0.commit(after: finished) } }
        counts.withLock { counts in
            counts.sent += UInt64(sent.count)
            counts.failed += UInt64(failures.count)
            counts.dead += UInt64(dead)
        }
    }
}

/// An event that a sender has claimed.
private struct OutboxEvent: Sendable {
    let id: UInt64
    let kind: String
    /// This one's number, counted from 1.
    let attempt: Int
    /// As it is posted.
    let body: [UInt8]
}

extension Connection {
    /// Claims events that are due, within a transaction.
    ///
    /// - Parameter lease: seconds.
    fileprivate func claimEvents(_ limit: Int, _ lease: Int64) throws -> [OutboxEvent] {
        let rows = try script(
            """
            SELECT id, HEX(event), attempts, HEX(body), message_id, mailbox_id, object_id FROM webhook_events \
            WHERE dead_at IS NULL AND due_at <= UTC_TIMESTAMP() ORDER BY due_at LIMIT \(limit) FOR UPDATE SKIP LOCKED
            """)[0].rows
        let events = try rows.map(OutboxEvent.init(row:))
        guard !events.isEmpty else { return [] }
        _ = try commit(
            after: """
                UPDATE webhook_events SET attempts = attempts + 1, \
                due_at = UTC_TIMESTAMP() + INTERVAL \(lease) SECOND WHERE id IN (\(list: events.map(\.id)))
                """)
        return events
    }
}

extension OutboxEvent {
    init(row: Row) throws {
        id = try row[0].uint64
        kind = String(decoding: try row[1].hex, as: UTF8.self)
        attempt = Int(try row[2].uint64) + 1
        var head = "{\"id\":\(id)"
        for (column, name) in [(4, "message_id"), (5, "mailbox_id"), (6, "object_id")] {
            if let number = try row[column].optional?.uint64 { head += ",\"\(name)\":\(number)" }
        }
        // The stored object begins with a brace and is not empty.
        body = Array("\(head),".utf8) + (try row[3].hex).dropFirst()
    }
}
