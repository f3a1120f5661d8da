// SETQUOTA (RFC 9208 4.1.3) by accounts that the operator has named, and by others.

import LightMailCore
import Testing

@testable import IMAPServer

@Suite struct QuotaAdministratorTests {
    /// A server where the first of two accounts of a new domain sets quotas, each with a session.
    private func run(
        _ body: (_ boss: TestClient, _ worker: TestClient, _ names: (boss: String, worker: String, domain: String))
            async throws -> Void
    ) async throws {
        let domain = try await TestStore.shared.makeDomain()
        let boss = try await TestStore.shared.makeAccount(domain: domain)
        let worker = try await TestStore.shared.makeAccount(domain: domain)
        let named = try EmailAddress(boss)
        let server = try await TestServer.start { $0.quotaAdministrators = [named] }
        var clients: [TestClient] = []
        for user in [boss, worker] {
            let client = try await TestClient.connect(server.port)
            #expect(try await client.line()?.contains("QUOTASET") == false)
            let answer = try await client.command("a1", "LOGIN \(user) secret").last ?? ""
            #expect(answer.contains(" QUOTASET ") == (user == boss))
            clients.append(client)
        }
        try await body(clients[0], clients[1], (boss, worker, domain))
        for client in clients { try await client.close() }
        try await server.stop()
    }

    @Test func anAdministratorSetsTheQuotasOfItsDomain() async throws {
        try await run { boss, worker, names in
            let root = names.worker
            #expect(
                try await boss.command("b1", "GETQUOTA \(root)")
                    == ["* QUOTA \(root) (MAILBOX 6 10000)", "b1 OK Done"])
            #expect(
                try await boss.command("b2", "SETQUOTA \(root) (STORAGE 100 MESSAGE 1 MAILBOX 8)")
                    == ["* QUOTA \(root) (STORAGE 0 100 MESSAGE 0 1 MAILBOX 6 8)", "b2 OK Quota is set"])
            // It holds for whose it is, at once.
            try await worker.send("b3 APPEND INBOX {18+}\r\nSubject: 1\r\n\r\nbody")
            #expect(try await worker.lines(until: "b3").last?.hasPrefix("b3 OK") == true)
            try await worker.send("b4 APPEND INBOX {18+}\r\nSubject: 2\r\n\r\nbody")
            #expect(try await worker.lines(until: "b4").last?.hasPrefix("b4 NO [OVERQUOTA]") == true)
            // What is not listed is lifted.
            #expect(
                try await boss.command("b5", "SETQUOTA \(root) (message 2)")
                    == ["* QUOTA \(root) (MESSAGE 1 2 MAILBOX 6 10000)", "b5 OK Quota is set"])
            #expect(
                try await boss.command("b6", "SETQUOTA \(root) ()")
                    == ["* QUOTA \(root) (MAILBOX 6 10000)", "b6 OK Quota is set"])
            // Its own is one of its domain's.
            #expect(try await boss.command("b7", "SETQUOTA \(names.boss) (STORAGE 5)").last == "b7 OK Quota is set")
        }
    }

    @Test func aRefusedChangeChangesNothing() async throws {
        try await run { boss, _, names in
            let root = names.worker
            _ = try await boss.command("b0", "SETQUOTA \(root) (STORAGE 7)")
            let outsider = try await TestStore.shared.makeAccount(domain: TestStore.otherDomain)
            let refusals = [
                ("\(root) (STORAGE 1 PAPER 2)", "NO [CANNOT]"),
                ("\(root) (STORAGE 1 storage 2)", "BAD"),
                ("\(root) (STORAGE \(Int64.max / 1024 + 1))", "NO [LIMIT]"),
                ("\(root) (MESSAGE 9223372036854775808)", "BAD"),
                ("\(names.domain) (STORAGE 1)", "NO [NOPERM]"),
                ("\(outsider) (STORAGE 1)", "NO [NONEXISTENT]"),
                ("nobody@\(names.domain) (STORAGE 1)", "NO [NONEXISTENT]"),
                ("\(root.uppercased()) (STORAGE 1)", "NO [NONEXISTENT]"),
                ("\"\" (STORAGE 1)", "NO [NONEXISTENT]"),
            ]
            for (index, (text, answer)) in refusals.enumerated() {
                let lines = try await boss.command("c\(index)", "SETQUOTA \(text)")
                #expect(lines.count == 1 && lines[0].hasPrefix("c\(index) \(answer)"), "\(text): \(lines)")
            }
            #expect(
                try await boss.command("d1", "GETQUOTA \(root)").first
                    == "* QUOTA \(root) (STORAGE 0 7 MAILBOX 6 10000)")
            #expect(
                try await boss.command("d2", "GETQUOTA \(outsider)").last?.hasPrefix("d2 NO [NONEXISTENT]") == true)
        }
    }

    @Test func othersSetNothingAndSeeNothing() async throws {
        try await run { boss, worker, names in
            #expect(
                try await worker.command("b1", "SETQUOTA \(names.worker) (STORAGE 1)").last?.hasPrefix("b1 NO [NOPERM]")
                    == true)
            #expect(
                try await worker.command("b2", "GETQUOTA \(names.boss)").last?.hasPrefix("b2 NO [NONEXISTENT]") == true)
            // A mailbox that another may read shows its roots to the administrator alone.
            _ = try await worker.command("b3", "SETACL INBOX anyone lr")
            _ = try await boss.command("b4", "SETACL INBOX anyone lr")
            let (hers, his) = ("Other Users/\(names.worker)/INBOX", "Other Users/\(names.boss)/INBOX")
            #expect(
                try await boss.command("b5", "GETQUOTAROOT \"\(hers)\"").first
                    == "* QUOTAROOT \"\(hers)\" \(names.worker)")
            #expect(
                try await worker.command("b6", "GETQUOTAROOT \"\(his)\"") == ["* QUOTAROOT \"\(his)\"", "b6 OK Done"])
        }
    }
}
