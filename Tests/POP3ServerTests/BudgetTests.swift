// What a session may cost, by the counters of the store's clients. A store of its own, so that nobody else counts.

import Testing

@testable import LightMailCore
@testable import POP3Server

@Suite struct BudgetTests {
    @Test func everyCommandKeepsItsBudget() async throws {
        let stores = TestStore(changeTick: .seconds(3600), poolSize: 1)
        let store = try await stores.store()
        let user = try await stores.makeAccount()
        for number in 1...20 {
            try await stores.put(Array("Subject: \(number)\r\n\r\nbody of it\r\n".utf8), into: user)
        }
        let server = try await TestServer.start(store: store)
        // The first time a statement is prepared, which is a round trip of the connection and not of the command.
        let before = try await TestClient.connect(server.port)
        try await before.logIn(user)
        _ = try await before.listing("RETR 1")
        _ = try await before.listing("TOP 1 0")
        _ = try await before.command("QUIT")

        func expect(_ what: String, roundTrips: ClosedRange<UInt64>, requests: UInt64, _ body: () async throws -> Void)
            async throws
        {
            let trips = store.database.statistics.roundTrips
            let made = store.s3.statistics.snapshot.requests.values.reduce(0, +)
            try await body()
            let cost = store.database.statistics.roundTrips - trips
            #expect(roundTrips.contains(cost), "\(what) took \(cost) round trips")
            #expect(store.s3.statistics.snapshot.requests.values.reduce(0, +) - made == requests, "\(what)")
        }
        let client = try await TestClient.connect(server.port)
        try await expect("a login", roundTrips: 1...4, requests: 0) { try await client.logIn(user) }
        try await expect("STAT, LIST, UIDL", roundTrips: 0...0, requests: 0) {
            let (stat, list) = (try await client.command("STAT"), try await client.listing("LIST"))
            let ids = try await client.listing("UIDL")
            #expect(stat.hasPrefix("+OK 20 ") && list.count == 20 && ids.count == 20)
        }
        try await expect("TOP of a header", roundTrips: 1...1, requests: 0) {
            let top = try await client.listing("TOP 3 0")
            #expect(top == ["Subject: 3", ""])
        }
        try await expect("RETR of all, one after the other", roundTrips: 1...1, requests: 20) {
            for number in 1...20 {
                let message = try await client.listing("RETR \(number)")
                #expect(message.first == "Subject: \(number)")
            }
        }
        try await expect("DELE of all", roundTrips: 0...0, requests: 0) {
            for number in 1...20 {
                let reply = try await client.command("DELE \(number)")
                #expect(reply.hasPrefix("+OK"))
            }
        }
        try await expect("QUIT", roundTrips: 1...6, requests: 0) {
            let reply = try await client.command("QUIT")
            #expect(reply.hasPrefix("+OK"))
        }
        #expect(try await client.line() == nil)
        try await server.stop()
        await store.shutdown()
    }
}
