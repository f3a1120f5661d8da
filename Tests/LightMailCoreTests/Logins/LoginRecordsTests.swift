// What failed logins cost, whom, and how many round trips.

import MariaDBClient
import Testing

@testable import LightMailCore

@Suite(.timeLimit(.minutes(3))) struct LoginRecordsTests {
    private static let home = ClientNetwork("192.0.2.1/32", isTrusted: false)
    private static let cafe = ClientNetwork("198.51.100.7/32", isTrusted: false)

    /// A store's accounts with rules that are easy to count by.
    private struct Door {
        let bench: StoreBench
        let accounts: Accounts
        let user = "user@example.com"

        init(_ bench: StoreBench, scramIterations: Int = 0) async throws {
            self.bench = bench
            var rules = LoginRules()
            rules.threshold = 3
            rules.halfLife = .seconds(10_000_000)
            rules.networkBlock = .seconds(600)
            rules.accountBlock = .seconds(50)
            accounts = Accounts(
                database: bench.store.database,
                passwords: PasswordVerifier(
                    parallelism: 1, cost: 4, remembered: .seconds(60), scramIterations: scramIterations),
                rules: Adjustable(rules), saltSecret: SharedSecret("test", database: bench.store.database), now: { 0 })
            _ = try await accounts.add(try EmailAddress(user), password: Array("secret".utf8))
        }

        func knock(_ password: String, as name: String? = nil, from network: ClientNetwork) async throws -> String {
            let answer = try await accounts.authenticate(
                username: name ?? user, .password(Array(password.utf8)), from: network)
            switch answer {
            case .account: return "account"
            case .wrong: return "wrong"
            case .inactive: return "inactive"
            case .blocked: return "blocked"
            }
        }

        /// Statements that `body` takes.
        func cost(_ body: () async throws -> Void) async throws -> UInt64 {
            let before = bench.store.database.statistics.queries
            try await body()
            return bench.store.database.statistics.queries - before
        }

        /// Ends every block, and keeps the counts.
        func passTime() async throws { try await bench.run("UPDATE login_records SET blocked_until = NULL") }

        /// `account network failures seconds`, of all that has failed.
        func records() async throws -> [String] {
            try await bench.store.database.read { connection in
                try connection.query(
                    """
                    SELECT account, network, CAST(ROUND(failures) AS SIGNED), \
                    COALESCE(TIMESTAMPDIFF(SECOND, seen_at, blocked_until), 0) FROM login_records \
                    WHERE failures > 0 ORDER BY account, network
                    """
                ).map { "\(try $0[0].string) \(try $0[1].string) \(try $0[2].int64) \(try $0[3].int64)" }
            }
        }
    }

    private func run(scramIterations: Int = 0, _ body: (Door) async throws -> Void) async throws {
        try await StoreBench.run { bench in try await body(try await Door(bench, scramIterations: scramIterations)) }
    }

    @Test func eachFailureBlocksForTwiceAsLongUpToABound() async throws {
        try await run { door in
            for (number, seconds) in [0, 0, 1, 2, 4, 8, 16, 32, 50, 50, 50, 50, 50].enumerated() {
                #expect(try await door.knock("wrong \(number)", from: Self.cafe) == "wrong")
                let network = number < 8 ? seconds : min(600, 1 << (number - 2))
                #expect(
                    try await door.records() == [
                        " 198.51.100.7/32 \(number + 1) \(network)", "user@example.com  \(number + 1) \(seconds)",
                    ])
                try await door.passTime()
            }
        }
    }

    @Test func whatIsTriedDuringABlockIsNeitherLookedAtNorCounted() async throws {
        try await run { door in
            _ = try await door.knock("wrong", from: Self.cafe)
            try await door.bench.run("UPDATE login_records SET blocked_until = UTC_TIMESTAMP() + INTERVAL 60 SECOND")
            let before = try await door.records()
            #expect(try await door.knock("secret", from: Self.cafe) == "blocked")
            #expect(try await door.knock("another", from: Self.cafe) == "blocked")
            #expect(try await door.records() == before)
            #expect(try await door.cost { _ = try await door.knock("secret", from: Self.cafe) } == 1)
            try await door.passTime()
            #expect(try await door.knock("secret", from: Self.cafe) == "account")
        }
    }

    @Test func theOwnerIsNotKeptOutByOthers() async throws {
        try await run { door in
            #expect(try await door.knock("secret", from: Self.home) == "account")
            // From his own network, at other accounts, and from elsewhere, at his.
            for number in 0..<4 {
                _ = try await door.knock("wrong", as: "somebody\(number)@example.com", from: Self.home)
                _ = try await door.knock("wrong \(number)", from: Self.cafe)
                try await door.passTime()
            }
            try await door.bench.run("UPDATE login_records SET blocked_until = UTC_TIMESTAMP() + INTERVAL 60 SECOND")
            try await door.bench.run("UPDATE login_records SET blocked_until = NULL WHERE proved_at IS NOT NULL")
            #expect(try await door.knock("secret", from: Self.home) == "account")
            #expect(try await door.knock("secret", from: Self.cafe) == "blocked")
            let elsewhere = ClientNetwork("203.0.113.9/32", isTrusted: false)
            #expect(try await door.knock("secret", from: elsewhere) == "blocked")
            #expect(try await door.knock("wrong", as: "somebody9@example.com", from: elsewhere) == "wrong")
            #expect(try await door.knock("wrong", as: "somebody9@example.com", from: Self.home) == "blocked")
        }
    }

    @Test func whatTheOwnerGetsWrongCountsThereAloneAndIsForgiven() async throws {
        try await run { door in
            _ = try await door.knock("secret", from: Self.home)
            for number in 0..<4 {
                #expect(try await door.knock("wrong \(number)", from: Self.home) == "wrong")
                try await door.passTime()
            }
            #expect(try await door.records() == ["user@example.com 192.0.2.1/32 4 0"])
            #expect(try await door.knock("secret", from: Self.home) == "account")
            #expect(try await door.records() == [])
        }
    }

    @Test func aKnownNetworkIsForgottenInTime() async throws {
        try await run { door in
            _ = try await door.knock("secret", from: Self.home)
            try await door.bench.run("UPDATE login_records SET proved_at = proved_at - INTERVAL 31 DAY")
            #expect(try await door.knock("wrong", from: Self.home) == "wrong")
            #expect(try await door.records() == [" 192.0.2.1/32 1 0", "user@example.com  1 0"])
            #expect(try await door.knock("secret", from: Self.home) == "account")
            #expect(try await door.knock("wronger", from: Self.home) == "wrong")
            #expect(try await door.records().contains("user@example.com 192.0.2.1/32 1 0"))
        }
    }

    @Test func whatWasWrongBeforeIsNotCountedAgain() async throws {
        try await run { (door) async throws in
            for _ in 0..<5 { #expect(try await door.knock("an old password", from: Self.home) == "wrong") }
            #expect(try await door.records() == [" 192.0.2.1/32 1 0", "user@example.com  1 0"])
            #expect(try await door.cost { _ = try await door.knock("an old password", from: Self.home) } == 1)
        }
    }

    @Test func anUnknownNameLeavesTheSameTraces() async throws {
        try await run { door in
            _ = try await door.knock("wrong", as: "Nobody@Example.com", from: Self.cafe)
            #expect(try await door.records() == [" 198.51.100.7/32 1 0", "nobody@example.com  1 0"])
            // What nobody can be called is no row.
            for name in ["root", "", "@", "a b@example.com", "'; DROP TABLE accounts; --"] {
                #expect(try await door.knock("wrong", as: name, from: Self.home) == "wrong")
                try await door.passTime()
            }
            #expect(
                try await door.records() == [
                    " 192.0.2.1/32 5 0", " 198.51.100.7/32 1 0", "nobody@example.com  1 0",
                ])
        }
    }

    @Test func aTrustedNetworkIsNotCountedAsAWhole() async throws {
        try await run { (door) async throws in
            let webmail = ClientNetwork("10.0.0.5/32", isTrusted: true)
            for number in 0..<5 {
                #expect(try await door.knock("wrong", as: "somebody\(number)@example.com", from: webmail) == "wrong")
            }
            #expect(try await door.knock("secret", from: webmail) == "account")
            #expect(try await !door.records().contains { $0.hasPrefix(" ") })
        }
    }

    @Test func aLoginTakesOneRoundTripMostTimes() async throws {
        try await run { door in
            #expect(try await door.cost { _ = try await door.knock("secret", from: Self.home) } == 2)
            #expect(try await door.cost { _ = try await door.knock("secret", from: Self.home) } == 1)
            try await door.bench.run("UPDATE login_records SET proved_at = proved_at - INTERVAL 2 DAY")
            #expect(try await door.cost { _ = try await door.knock("secret", from: Self.home) } == 2)
            #expect(try await door.cost { _ = try await door.knock("secret", from: Self.home) } == 1)
            #expect(try await door.cost { _ = try await door.knock("wrong", from: Self.home) } == 2)
            for name in [door.user, "nobody@example.com"] {
                #expect(try await door.cost { _ = try await door.knock("other", as: name, from: Self.cafe) } == 2)
            }
        }
    }

    @Test func blocksAreListedAndLifted() async throws {
        try await run { door in
            let accounts = door.accounts
            _ = try await door.knock("wrong", from: Self.cafe)
            #expect(try await accounts.loginBlocks() == [])
            #expect(try await accounts.loginBlocks(all: true).count == 2)
            try await door.bench.run("UPDATE login_records SET blocked_until = UTC_TIMESTAMP() + INTERVAL 60 SECOND")
            let blocks = try await accounts.loginBlocks()
            #expect(Set(blocks.map(\.account)) == [nil, door.user])
            #expect(Set(blocks.map(\.network)) == [nil, "198.51.100.7/32"])
            #expect(blocks.allSatisfy { $0.failures == 1 && (1...60).contains($0.seconds) })
            try await accounts.unblock("User@Example.com")
            #expect(try await door.knock("secret", from: Self.home) == "account")
            #expect(try await door.knock("secret", from: Self.cafe) == "blocked")
            try await accounts.unblock("198.51.100.7/32")
            #expect(try await door.knock("secret", from: Self.cafe) == "account")
            await #expect(throws: StoreError.self) { try await accounts.unblock("198.51.100.7/32") }
            for nothing in ["", "\u{BA}\u{8A}"] {
                do {
                    try await accounts.unblock(nothing)
                    Issue.record("lifted \(nothing)")
                } catch let error as StoreError {
                    #expect(error.kind == .notFound)
                }
            }
        }
    }

    @Test func theCollectorForgetsAndBoundsThem() async throws {
        try await run { door in
            _ = try await door.knock("secret", from: Self.home)
            for number in 0..<5 {
                _ = try await door.knock("wrong", as: "somebody\(number)@example.com", from: Self.cafe)
                try await door.passTime()
            }
            #expect(try await door.bench.count("login_records") == 7)
            var policy = GarbagePolicy()
            policy.maximumLoginRecords = 2
            let garbage = Garbage(
                database: door.bench.store.database, objects: door.bench.store.objects, policy: policy,
                logger: .init(label: "test"))
            try await garbage.cycle()
            #expect(try await door.bench.count("login_records") == 3)
            try await door.bench.run("UPDATE login_records SET seen_at = seen_at - INTERVAL 2 DAY")
            try await garbage.cycle()
            #expect(try await door.bench.count("login_records") == 1)
            try await door.bench.run("UPDATE login_records SET proved_at = proved_at - INTERVAL 31 DAY")
            try await garbage.cycle()
            #expect(try await door.bench.count("login_records") == 0)
            #expect(garbage.totals.logins == 7)
        }
    }

    // MARK: SCRAM

    @Test func aPasswordThatIsSetGetsAVerifierAndAnOldOneAtItsNextLogin() async throws {
        try await run(scramIterations: 4096) { door in
            func stored() async throws -> String? {
                try await door.bench.store.database.read {
                    try $0.query("SELECT scram_sha_256 FROM accounts").first?[0].optional?.string
                }
            }
            let first = try #require(try await stored())
            try await door.accounts.setPassword(try EmailAddress(door.user), password: Array("secret".utf8))
            let second = try #require(try await stored())
            #expect(first != second && second.hasPrefix("SCRAM-SHA-256$4096:"))

            try await door.bench.run("UPDATE accounts SET scram_sha_256 = NULL")
            _ = try await door.knock("wrong", from: Self.home)
            #expect(try await stored() == nil)
            #expect(try await door.knock("secret", from: Self.home) == "account")
            #expect(try await stored() != nil)
            #expect(try await door.cost { _ = try await door.knock("secret", from: Self.home) } == 1)
            // What cannot be prepared is hashed, and nothing more.
            try await door.accounts.setPassword(try EmailAddress(door.user), password: Array("\u{1F600}".utf8))
            #expect(try await stored() == nil)
            #expect(try await door.knock("\u{1F600}", from: Self.home) == "account")
            #expect(try await stored() == nil)
        }
    }

    @Test func aNameWithoutAVerifierIsSaltedLikeOneWith() async throws {
        try await run(scramIterations: 4096) { door in
            let known = try await door.accounts.scramSalt(of: "User@example.com")
            let unknown = try await door.accounts.scramSalt(of: "nobody@example.com")
            #expect(known.iterations == unknown.iterations && known.salt.count == unknown.salt.count)
            #expect(known.salt == (try await door.accounts.scramSalt(of: door.user)).salt)
            #expect(unknown.salt == (try await door.accounts.scramSalt(of: "nobody@example.com")).salt)
            // Another process makes up the same.
            let secret = SharedSecret("test", database: door.bench.store.database)
            let madeUp = ScramVerifier(
                madeUpFor: "nobody@example.com", secret: try await secret.bytes(), iterations: 4096)
            #expect(madeUp.salt == unknown.salt)
            // A wrong proof is counted as a wrong password is.
            for name in [door.user, "nobody@example.com"] {
                let answer = try await door.accounts.authenticate(
                    username: name, .scramProof([UInt8](repeating: 1, count: 32), message: []), from: Self.cafe)
                guard case .wrong = answer else {
                    Issue.record("\(answer)")
                    return
                }
            }
            #expect(
                try await door.records() == [
                    " 198.51.100.7/32 2 0", "nobody@example.com  1 0", "user@example.com  1 0",
                ])
        }
    }
}
