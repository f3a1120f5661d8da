// What operations may cost, by the counters of the store's clients. A store of its own, so that nobody else counts.

import LightMailDaemon
import Testing

@testable import IMAPServer
@testable import LightMailCore

@Suite struct BudgetTests {
    /// Round trips to MySQL and requests to S3 that a command takes. That a statement is prepared the first time is one of the
    /// connection and not of the command, and a look at the change feed is one of the process.
    private func cost(
        _ store: Store, _ body: () async throws -> Void
    ) async throws -> (roundTrips: UInt64, requests: UInt64) {
        let before = store.database.statistics
        let looks = store.changes.looks
        let requests = store.s3.statistics.snapshot.requests.values.reduce(0, +)
        try await body()
        let after = store.database.statistics
        return (
            after.roundTrips - before.roundTrips - (after.prepares - before.prepares)
                - (store.changes.looks - looks),
            store.s3.statistics.snapshot.requests.values.reduce(0, +) - requests
        )
    }

    /// A store with one connection, whose change feed sleeps, and a server on it with an account.
    private func start() async throws -> (Store, TestServer, user: String) {
        let stores = TestStore(changeTick: .seconds(3600), poolSize: 1)
        let store = try await stores.store()
        let user = try await stores.makeAccount()
        return (store, try await TestServer.start(store: store), user)
    }

    private func logIn(_ server: TestServer, _ user: String) async throws -> TestClient {
        let client = try await TestClient.connect(server.port)
        _ = try await client.line()
        _ = try await client.command("a1", "LOGIN \(user) secret")
        return client
    }

    /// Headers over 16 KiB are not held by the thousand: 64 of them a round trip, each with its own message.
    @Test func largeHeadersAreReadSomeAtATime() async throws {
        let (store, server, user) = try await start()
        let client = try await logIn(server, user)
        let filling = String(repeating: "x", count: 900)
        for number in 1...(LargeHeaders.atOnce + 3) {
            var header = "Subject: \(number)\r\n"
            // Every message but the second has a large one.
            for line in 0..<(number == 2 ? 1 : 20) { header += "X-\(line): \(filling)\r\n" }
            let message = header + "\r\nbody"
            try await client.send("p\(number) APPEND INBOX {\(message.utf8.count)+}\r\n\(message)")
            _ = try await client.lines(until: "p\(number)")
        }
        _ = try await client.command("a2", "SELECT INBOX")
        let command = "FETCH 1:* BODY.PEEK[HEADER.FIELDS (SUBJECT)]"
        var answer = try await client.command("a3", command)
        let cost = try await cost(store) { answer = try await client.command("a4", command) }
        let subjects = answer.filter { $0.hasPrefix("Subject: ") }
        #expect(subjects == (1...(LargeHeaders.atOnce + 3)).map { "Subject: \($0)" })
        #expect(cost.roundTrips == 3 && cost.requests == 0)
        try await client.close()
        try await server.stop()
        await store.shutdown()
    }

    /// Its own change comes back through the feed, when it has long been told of it.
    @Test func aSessionDoesNotLookAgainForItsOwnChange() async throws {
        let (store, server, user) = try await start()
        let client = try await logIn(server, user)
        for number in 1...2 { _ = try await client.command("p\(number)", "APPEND INBOX {4+}\r\nbody") }
        _ = try await client.command("a2", "SELECT INBOX")
        // From here on the feed tells of each change.
        try await store.changes.catchUp()
        _ = try await client.command("a3", "FETCH 1 FLAGS")
        let own = try await client.command("a4", "STORE 1 +FLAGS (\\Flagged)")
        #expect(own.contains("* 1 FETCH (FLAGS (\\Flagged \\Recent))"))
        try await store.changes.catchUp()
        let quiet = try await cost(store) { _ = try await client.command("a5", "FETCH 1 FLAGS") }
        #expect(quiet.roundTrips == 0)

        let other = try await logIn(server, user)
        _ = try await other.command("b2", "SELECT INBOX")
        _ = try await other.command("b3", "STORE 2 +FLAGS (\\Answered)")
        let told = try await client.command("a6", "FETCH 1 FLAGS")
        #expect(told.contains("* 2 FETCH (FLAGS (\\Answered \\Recent))"))
        try await client.close()
        try await other.close()
        try await server.stop()
        await store.shutdown()
    }

    @Test func everyCommandKeepsItsBudget() async throws {
        let (store, server, user) = try await start()
        let client = try await logIn(server, user)
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
        try await expect("FETCH 2 BODY.PEEK[]", roundTrips: 1...1, requests: 1)
        // Where its bytes are is known by now; the tests keep no bodies.
        try await expect("FETCH 2 BODY.PEEK[]", roundTrips: 0...0, requests: 1)
        try await expect("FETCH 2 BODY.PEEK[HEADER]", roundTrips: 1...1, requests: 0)
        try await expect("FETCH 2 BODY.PEEK[HEADER]", roundTrips: 0...0, requests: 0)
        try await expect("STORE 1:* +FLAGS.SILENT (\\Seen)", roundTrips: 1...6, requests: 0)
        try await expect("COPY 1:* Archive", roundTrips: 1...6, requests: 0)
        try await expect("MOVE 1:3 Archive", roundTrips: 1...6, requests: 0)
        try await expect("STORE 1:5 +FLAGS.SILENT (\\Deleted)", roundTrips: 1...6, requests: 0)
        try await expect("EXPUNGE", roundTrips: 1...6, requests: 0)
        try await expect("NOOP", roundTrips: 1...1, requests: 0)
        _ = try await client.command("a5", "GETQUOTAROOT INBOX")
        try await expect("GETQUOTAROOT INBOX", roundTrips: 1...1, requests: 0)
        try await expect("GETMETADATA INBOX (/shared/comment /private/comment)", roundTrips: 1...1, requests: 0)
        // And two at its end: the mailbox is the selected one, and has another mod-sequence.
        try await expect("SETMETADATA INBOX (/shared/comment \"x\")", roundTrips: 2...4, requests: 0)
        _ = try await client.command("a5", "ENABLE QRESYNC")
        let selected = try await client.command("a6", "SELECT INBOX")
        func number(_ code: String) throws -> Substring {
            let line = try #require(selected.first { $0.hasPrefix("* OK [\(code) ") })
            return line.dropFirst("* OK [\(code) ".count).prefix { $0.isNumber }
        }
        let validity = try number("UIDVALIDITY")
        let highest = try number("HIGHESTMODSEQ")
        let rest = ["FETCH 1:* (PREVIEW EMAILID THREADID SAVEDATE)", "SEARCH SAVEDSINCE 1-Jan-2020"]
        for command in rest + ["UID FETCH 1:* (FLAGS) (CHANGEDSINCE 1 VANISHED)"] {
            _ = try await client.command("a7", command)
        }
        try await expect("SELECT INBOX (QRESYNC (\(validity) \(highest)))", roundTrips: 1...1, requests: 0)
        try await expect("SELECT INBOX (QRESYNC (\(validity) 2))", roundTrips: 2...2, requests: 0)
        try await expect("UID FETCH 1:* (FLAGS) (CHANGEDSINCE 1 VANISHED)", roundTrips: 1...1, requests: 0)
        for command in rest { try await expect(command, roundTrips: 1...1, requests: 0) }
        try await expect("SEARCH MODSEQ 2", roundTrips: 0...0, requests: 0)
        try await expect("STORE 1:* (UNCHANGEDSINCE 1) +FLAGS.SILENT (\\Flagged)", roundTrips: 1...6, requests: 0)
        try await client.close()
        try await server.stop()
        await store.shutdown()
    }
}
