// A COMMIT whose answer is lost: the client is told what became of its message, so that it need not send it again.

import Testing

@testable import IMAPServer
@testable import LightMailCore

@Suite struct LostCommitTests {
    /// Runs `body` with a client that has logged in, to a server whose database is behind a cutter.
    private func run(_ body: (CommitCutter, TestStore, TestClient) async throws -> Void) async throws {
        let cutter = try await CommitCutter.start(before: try #require(Int(try TestStore.variable("DB_PORT"))))
        let stores = TestStore(changeTick: .seconds(3600), poolSize: 2, port: cutter.port)
        let store = try await stores.store()
        let user = try await stores.makeAccount()
        let server = try await TestServer.start(store: store)
        let client = try await TestClient.connect(server.port)
        _ = try await client.line()
        _ = try await client.command("a1", "LOGIN \(user) secret")
        try await body(cutter, stores, client)
        try await client.close()
        try await server.stop()
        await store.shutdown()
        try await cutter.stop()
    }

    @Test(arguments: [CommitCutter.Cut.before, .after])
    func theClientLearnsWhatBecameOfItsMessages(cut: CommitCutter.Cut) async throws {
        try await run { cutter, stores, client in
            cutter.arm(cut)
            try await client.send("a2 APPEND INBOX {5+}\r\nabcde {5+}\r\nfghij")
            let appended = try #require(try await client.lines(until: "a2").last)
            #expect(appended.hasPrefix("a2 OK [APPENDUID ") && appended.contains(" 1:2] "), "\(appended)")
            #expect(cutter.cuts == 1)

            _ = try await client.command("a3", "SELECT INBOX")
            cutter.arm(cut)
            try await client.send("a4 REPLACE 2 INBOX {5+}\r\nklmno")
            let replaced = try await client.lines(until: "a4")
            #expect(replaced.last?.hasPrefix("a4 OK ") == true)
            #expect(replaced.first?.contains(" 3] ") == true)
            #expect(cutter.cuts == 2)

            let status = try await client.command("a5", "STATUS INBOX (MESSAGES UIDNEXT SIZE)").first
            #expect(status == "* STATUS INBOX (MESSAGES 2 UIDNEXT 4 SIZE 10)")
            let used = try await stores.store().database.read { connection in
                let row = try connection.script("SELECT used_bytes, used_messages FROM accounts")[0].rows[0]
                return [try row[0].int64, try row[1].int64]
            }
            #expect(used == [10, 2])
        }
    }

    /// Where the server has committed, and then cannot say so, nobody knows what became of the message: its body stays.
    @Test func whatCannotBeLookedForIsNotGivenUp() async throws {
        try await run { cutter, stores, client in
            let other = try await stores.another()
            cutter.arm(.after) {
                do {
                    _ = try await other.database.read { try $0.script("RENAME TABLE mailboxes TO mailboxes_away") }
                } catch {
                    Issue.record(error)
                }
            }
            try await client.send("a2 APPEND INBOX {5+}\r\nabcde")
            let appended = try #require(try await client.lines(until: "a2").last)
            #expect(appended.hasPrefix("a2 NO [UNAVAILABLE]"), "\(appended)")
            #expect(cutter.cuts == 1)

            _ = try await other.database.read { try $0.script("RENAME TABLE mailboxes_away TO mailboxes") }
            _ = try await client.command("a3", "SELECT INBOX")
            let fetched = try await client.command("a4", "FETCH 1 BODY[]")
            #expect(fetched.joined(separator: "\n").contains("abcde"), "\(fetched)")
            await other.shutdown()
        }
    }
}
