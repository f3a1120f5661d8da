// What operations may cost, by the counters of the store's clients. A store of its own, so that nobody else counts.

import LightMailDaemon
import Testing

@testable import IMAPServer
@testable import LightMailCore

@Suite struct BudgetTests {
    /// Round trips to MySQL and requests to S3 that a command takes.
    private func cost(
        _ store: Store, _ body: () async throws -> Void
    ) async throws -> (roundTrips: UInt64, requests: UInt64) {
        let trips = store.database.statistics.roundTrips
        let requests = store.s3.statistics.snapshot.requests.values.reduce(0, +)
        try await body()
        return (
            store.database.statistics.roundTrips - trips,
            store.s3.statistics.snapshot.requests.values.reduce(0, +) - requests
        )
    }

    @Test func everyCommandKeepsItsBudget() async throws {
        let stores = TestStore(changeTick: .seconds(3600), poolSize: 1)
        let store = try await stores.store()
        let user = try await stores.makeAccount()
        let server = try await TestServer.start(store: store)
        let client = try await TestClient.connect(server.port)
        _ = try await client.line()
        _ = try await client.command("a1", "LOGIN \(user) secret")
        for number in 1...20 {
            try await client.send("p\(number) APPEND INBOX {26+}\r\nSubject: a\r\n\r\nbody of it..")
            _ = try await client.lines(until: "p\(number)")
        }
        _ = try await client.command("a2", "SELECT INBOX")
        // The first time a statement is prepared, which is a round trip of the connection and not of the command.
        for items in ["(ENVELOPE BODYSTRUCTURE)", "BODY.PEEK[HEADER]"] {
            _ = try await client.command("a3", "FETCH 1:* \(items)")
        }
        _ = try await client.command("a4", "FETCH 1 BODY.PEEK[]")

        func expect(_ command: String, roundTrips: ClosedRange<UInt64>, requests: UInt64) async throws {
            let cost = try await cost(store) {
                let answer = try await client.command("t", command)
                #expect(answer.last?.hasPrefix("t OK") == true, "\(command): \(answer.last ?? "")")
            }
            #expect(roundTrips.contains(cost.roundTrips), "\(command) took \(cost.roundTrips) round trips")
            #expect(cost.requests == requests, "\(command) made \(cost.requests) requests")
        }
        try await expect("SELECT INBOX", roundTrips: 1...1, requests: 0)
        try await expect("FETCH 1:* (FLAGS UID RFC822.SIZE INTERNALDATE)", roundTrips: 0...1, requests: 0)
        try await expect("FETCH 1:* (ENVELOPE BODYSTRUCTURE)", roundTrips: 1...1, requests: 0)
        try await expect("FETCH 1:* BODY.PEEK[HEADER.FIELDS (SUBJECT)]", roundTrips: 1...1, requests: 0)
        try await expect("FETCH 1 BODY.PEEK[]", roundTrips: 1...1, requests: 1)
        try await expect("STORE 1:* +FLAGS.SILENT (\\Seen)", roundTrips: 1...6, requests: 0)
        try await expect("COPY 1:* Archive", roundTrips: 1...6, requests: 0)
        try await expect("MOVE 1:3 Archive", roundTrips: 1...6, requests: 0)
        try await expect("STORE 1:5 +FLAGS.SILENT (\\Deleted)", roundTrips: 1...6, requests: 0)
        try await expect("EXPUNGE", roundTrips: 1...6, requests: 0)
        try await expect("NOOP", roundTrips: 1...1, requests: 0)
        _ = try await client.command("a5", "GETQUOTAROOT INBOX")
        try await expect("GETQUOTAROOT INBOX", roundTrips: 1...1, requests: 0)
        try await expect("GETMETADATA INBOX (/shared/comment /private/comment)", roundTrips: 1...1, requests: 0)
        // And one at its end: the mailbox is the selected one.
        try await expect("SETMETADATA INBOX (/shared/comment \"x\")", roundTrips: 2...3, requests: 0)
        try await client.close()
        try await server.stop()
        await store.shutdown()
    }
}
