// A quota that fills says so once at each percentage, in the transaction that takes the room.

import FoundationEssentials
import Logging
import Testing

@testable import LightMailCore

@Suite(.timeLimit(.minutes(3))) struct QuotaWarningTests {
    private struct Body: Decodable, Equatable {
        var account: String?
        var domain: String?
        var resource = ""
        var percent = 0
        var used: UInt64 = 0
        var limit: UInt64 = 0
    }

    private func outbox(_ bench: StoreBench) -> WebhookOutbox {
        WebhookOutbox(
            database: bench.store.database, wanted: [.quotaWarning], warnings: [80, 95], now: { 0 },
            logger: Logger(label: "test"))
    }

    /// What was told since the last look.
    private func told(_ bench: StoreBench) async throws -> [Body] {
        let bodies = try await bench.store.database.read { connection in
            let rows = try connection.script(
                "SELECT HEX(body) FROM webhook_events ORDER BY id;DELETE FROM webhook_events")
            return try rows[0].rows.map { Data(try $0[0].hex) }
        }
        return try bodies.map { try JSONDecoder().decode(Body.self, from: $0) }
    }

    private func parcel(_ bench: StoreBench, _ account: Account) async throws -> Parcel {
        let text = "Subject: \(UInt64.random(in: 0 ... .max))\r\n\r\n"
        return Parcel(
            message: try await bench.receive(Array(text.utf8)),
            postings: [
                Posting(
                    account: account.id, mailbox: try await bench.inbox(account).id, flags: [], keywords: [],
                    internalDate: nil, deliveredTo: nil, origin: .local, isDelivery: true)
            ])
    }

    @Test func eachPercentageIsToldOnce() async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("a")
            try await bench.limit(account, QuotaChange(messages: .at(10)))
            let queue = PostQueue(database: bench.store.database, outbox: outbox(bench))
            func post(_ count: Int) async throws {
                for _ in 0..<count {
                    _ = try await queue.post([try await parcel(bench, account)], together: false)[0][0].get()
                }
            }
            try await post(7)
            #expect(try await told(bench).isEmpty)
            let eighth = try await parcel(bench, account)
            let trips = try await bench.roundTrips {
                _ = try await queue.post([eighth], together: false)[0][0].get()
            }
            #expect(trips == 2)
            let warning = Body(account: account.username, resource: "MESSAGE", percent: 80, used: 8, limit: 10)
            #expect(try await told(bench) == [warning])
            try await post(1)
            #expect(try await told(bench).isEmpty)
            try await post(1)
            #expect(
                try await told(bench)
                    == [Body(account: account.username, resource: "MESSAGE", percent: 95, used: 10, limit: 10)])
            // What is refused takes no room, and what was removed is warned of again.
            let refused = await queue.post([try await parcel(bench, account)], together: false)[0][0]
            #expect(throws: StoreError.self) { try refused.get() }
            #expect(try await told(bench).isEmpty)
            try await bench.run("UPDATE accounts SET used_messages = 7 WHERE id = \(account.id.rawValue)")
            try await post(1)
            #expect(try await told(bench) == [warning])
        }
    }

    @Test func aDomainAndACopyAreToldToo() async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("a")
            try await bench.fill(account, 4)
            let inbox = try await bench.inbox(account)
            try await bench.store.quotas.change(.domain(try DomainName("example.com")), QuotaChange(messages: .at(10)))
            let store = bench.store
            let messages = Messages(
                database: store.database, objects: store.objects, changes: store.changes, outbox: outbox(bench),
                envelopeCache: EnvelopeCache(maximumBytes: 0))
            var uids = UIDSet()
            uids.append(1...4)
            _ = try await messages.copy(account: account.id, from: inbox.id, uids: uids, to: inbox.id)
            #expect(
                try await told(bench)
                    == [Body(domain: "example.com", resource: "MESSAGE", percent: 80, used: 8, limit: 10)])
            #expect(try await bench.findings() == [:])
        }
    }
}
