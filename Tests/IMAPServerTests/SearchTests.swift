// What transcripts cannot say of searches: their progress, large bodies, what they cost.

import MailFormat
import Synchronization
import Testing

@testable import IMAPServer
@testable import LightMailCore

@Suite struct SearchTests {
    /// A clock that moves on by so much whenever somebody looks at it.
    private final class Clock: Sendable {
        private let time = Mutex(ContinuousClock.now)
        private let step: Duration

        init(step: Duration) { self.step = step }

        func now() -> ContinuousClock.Instant {
            time.withLock { time in
                time = time.advanced(by: step)
                return time
            }
        }
    }

    /// A client that has logged in to an account with so many messages, and selected its INBOX.
    private func client(
        _ server: TestServer, _ stores: TestStore = .shared, messages: [String]
    ) async throws -> TestClient {
        let user = try await stores.makeAccount()
        let client = try await TestClient.connect(server.port)
        _ = try await client.line()
        _ = try await client.command("a1", "LOGIN \(user) secret")
        for (number, message) in messages.enumerated() {
            try await client.send("p\(number) APPEND INBOX {\(message.utf8.count)+}\r\n\(message)")
            _ = try await client.lines(until: "p\(number)")
        }
        _ = try await client.command("a2", "SELECT INBOX")
        return client
    }

    @Test func aLongSearchTellsHowFarItIs() async throws {
        let clock = Clock(step: .seconds(4))
        let server = try await TestServer.start(now: { clock.now() })
        let client = try await client(server, messages: (0..<9).map { "Subject: \($0)\r\n\r\nbody\r\n" })
        let answer = try await client.command("t1", "SEARCH BODY nothing")
        let told = answer.dropLast(2)
        #expect(!told.isEmpty)
        var last = 0
        for line in told {
            #expect(Transcript.captures(line, "* OK [INPROGRESS (\"t1\" <> 9)] <>") != nil, "\(line)")
            let done = Int(line.dropFirst("* OK [INPROGRESS (\"t1\" ".count).prefix { $0.isNumber }) ?? -1
            #expect(done >= last && done < 9)
            last = done
        }
        #expect(answer.suffix(2).first == "* SEARCH")
        for (tag, command) in [
            ("t]2", "SORT (SUBJECT) UTF-8 TEXT nothing"), ("t]3", "THREAD REFERENCES UTF-8 BODY nothing"),
        ] {
            let answer = try await client.command(tag, command)
            #expect(answer.first.map { Transcript.captures($0, "* OK [INPROGRESS (NIL <> 9)] <>") != nil } == true)
        }
        try await client.close()
        try await server.stop()
    }

    @Test func aShortSearchIsNotInterrupted() async throws {
        let clock = Clock(step: .milliseconds(1))
        let server = try await TestServer.start(now: { clock.now() })
        let client = try await client(server, messages: (0..<3).map { "Subject: \($0)\r\n\r\nbody\r\n" })
        #expect(try await client.command("t1", "SEARCH BODY bod") == ["* SEARCH 1 2 3", "t1 OK Done"])
        try await client.close()
        try await server.stop()
    }

    /// Structures that are long are read a few at a time, so they take a round trip of their own.
    @Test(arguments: [(parts: 3, ofBodies: 1), (parts: 200, ofBodies: 2)])
    func whatASearchCosts(count: Int, ofBodies: UInt64) async throws {
        let stores = TestStore(changeTick: .seconds(3600), poolSize: 1)
        let store = try await stores.store()
        let server = try await TestServer.start(store: store)
        let header = "From: a@example.test\r\nSubject: tea\r\nDate: 1 Jan 2020 00:00:00 +0000\r\n"
        let parts = (0..<count).map { "--b\r\n\r\npart \($0)\r\n" }.joined()
        let message = "\(header)Content-Type: multipart/mixed; boundary=b\r\n\r\n\(parts)--b--\r\n"
        let client = try await client(server, stores, messages: Array(repeating: message, count: 8))

        func expect(_ command: String, roundTrips: UInt64, requests: UInt64) async throws {
            // The first time a statement is prepared, which is a round trip of the connection and not of the command.
            _ = try await client.command("w", command)
            let trips = store.database.statistics.roundTrips
            let gets = store.s3.statistics.snapshot.requests.values.reduce(0, +)
            let answer = try await client.command("t", command)
            #expect(answer.last?.hasPrefix("t OK") == true, "\(command): \(answer.last ?? "")")
            #expect(store.database.statistics.roundTrips - trips == roundTrips, "\(command)")
            #expect(store.s3.statistics.snapshot.requests.values.reduce(0, +) - gets == requests, "\(command)")
        }
        try await expect("SEARCH UNSEEN", roundTrips: 0, requests: 0)
        try await expect("SEARCH UNSEEN NOT SUBJECT coffee", roundTrips: 1, requests: 0)
        try await expect("SEARCH SENTON 1-Jan-2020", roundTrips: 1, requests: 0)
        try await expect("SEARCH TEXT tea", roundTrips: 1, requests: 0)
        try await expect("SEARCH OR SEEN BODY \"part \(count - 1)\"", roundTrips: ofBodies, requests: 8)
        try await expect("SEARCH 1:2 TEXT \"part 2\"", roundTrips: ofBodies, requests: 2)
        try await expect("SORT (REVERSE ARRIVAL SIZE) UTF-8 ALL", roundTrips: 0, requests: 0)
        try await expect("SORT (SUBJECT FROM DATE) UTF-8 ALL", roundTrips: 1, requests: 0)
        try await expect("THREAD REFERENCES UTF-8 ALL", roundTrips: 1, requests: 0)
        try await client.close()
        try await server.stop()
        await store.shutdown()
    }

    @Test(arguments: ["7bit", "base64"])
    func aTextIsFoundWhereverItLies(encoding: String) throws {
        let structure = ParsedMessage(
            Array("Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: \(encoding)\r\n\r\nx".utf8)
        ).structure
        let wanted = CasemappedText("NÄDEL im Heu")
        var text = Array(String(repeating: "heu ", count: 70_000).utf8)
        for place in [0, 65_535, 65_536, 131_060, 200_000] { text.insert(contentsOf: "nädel im heu".utf8, at: place) }
        for size in [1000, 8191, 65_536, 1 << 20] {
            for place in [0, 65_535, 65_536, 131_060, 200_000] {
                // From behind one of them to behind the next.
                let part = Array(text[place...].prefix(80_000))
                let bytes = encoding == "base64" ? Self.base64(part) : part
                var searched = SearchedText(structure, [wanted])
                for start in stride(from: 0, to: bytes.count, by: size) {
                    searched.feed(bytes[start..<min(start + size, bytes.count)])
                }
                searched.finish()
                #expect(searched.found == [wanted])
            }
        }
    }

    private static func base64(_ bytes: [UInt8]) -> [UInt8] {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var encoded: [UInt8] = []
        for start in stride(from: 0, to: bytes.count - bytes.count % 3, by: 3) {
            let group = UInt32(bytes[start]) << 16 | UInt32(bytes[start + 1]) << 8 | UInt32(bytes[start + 2])
            for shift in [18, 12, 6, 0] { encoded.append(alphabet[Int(group >> UInt32(shift) & 63)]) }
        }
        return encoded
    }
}
