// What goes elsewhere: who may write as whom, the spool, and what the smarthost has taken over before.

import FoundationEssentials
import S3Client
import Testing

@testable import LightMailCore

@Suite(.timeLimit(.minutes(3))) struct OutgoingTests {
    @Test func whoMayWriteAsWhom() async throws {
        try await StoreBench.run { bench in
            let (ann, bob) = (try await bench.account("ann"), try await bench.account("bob"))
            let accounts = bench.store.accounts
            try await accounts.addAlias("sales@example.com", to: try EmailAddress(ann.username))
            try await accounts.addAlias("sales@example.com", to: try EmailAddress(bob.username))
            let cases: [(address: String, ann: Bool, bob: Bool)] = [
                ("ann@example.com", true, false), ("Ann+lists@EXAMPLE.com", true, false),
                ("bob@example.com", false, true),
                ("sales@example.com", true, true), ("sales+x@example.com", true, true),
                ("free@example.com", false, false),
                ("ann@elsewhere.org", false, false), ("", false, false), ("no address", false, false),
            ]
            for entry in cases {
                #expect(try await accounts.isOwn(entry.address, of: ann.id) == entry.ann, "\(entry.address)")
                #expect(try await accounts.isOwn(entry.address, of: bob.id) == entry.bob, "\(entry.address)")
            }
            // A catch-all owns what nobody else has, and nothing of the others.
            try await accounts.addAlias("@example.com", to: try EmailAddress(bob.username))
            #expect(try await accounts.isOwn("free@example.com", of: bob.id))
            #expect(try await !accounts.isOwn("ann@example.com", of: bob.id))
        }
    }

    @Test func theSmarthostIsToldOnce() async throws {
        try await StoreBench.run { bench in
            let (ann, bob) = (try await bench.account("ann"), try await bench.account("bob"))
            let relays = bench.store.relays
            let (first, second) = (SHA256Hasher.hash(Array("first".utf8)), SHA256Hasher.hash(Array("second".utf8)))
            let recipients = ["x@elsewhere.org", "y@elsewhere.org"]
            #expect(try await relays.known(first, from: ann.id, to: recipients).isEmpty)
            try await relays.note(first, from: ann.id, to: ["x@elsewhere.org"])
            // Told again is told once.
            try await relays.note(first, from: ann.id, to: ["x@elsewhere.org"])
            #expect(try await relays.known(first, from: ann.id, to: recipients) == ["x@elsewhere.org"])
            #expect(try await relays.known(second, from: ann.id, to: recipients).isEmpty)
            #expect(try await relays.known(first, from: bob.id, to: recipients).isEmpty)
            try await bench.run("UPDATE relays SET relayed_at = UTC_TIMESTAMP() - INTERVAL 25 HOUR")
            #expect(try await relays.known(first, from: ann.id, to: recipients).isEmpty)
            let trips = try await bench.roundTrips {
                try await relays.note(second, from: ann.id, to: [])
                #expect(try await relays.known(second, from: ann.id, to: []).isEmpty)
            }
            #expect(trips == 0)
        }
    }

    /// Sizes around what is kept in memory; what is prepended is sent, and is no part of the hash.
    @Test(arguments: [0, 1, 256 * 1024 - 3, 256 * 1024, 1_000_000])
    func theSpoolGivesBackWhatCame(_ size: Int) async throws {
        let spool = OutgoingSpool(directory: FileManager.default.temporaryDirectory.path, scanner: nil)
        let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try await spool.prepend([1, 2, 3])
        for start in stride(from: 0, to: size, by: 100_000) {
            try await spool.write(Array(bytes[start..<min(start + 100_000, size)]))
        }
        let message = try await spool.finish()
        #expect(message.size == UInt64(size + 3))
        #expect(message.receivedHash == SHA256Hasher.hash(bytes))
        var read: [UInt8] = []
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 70_000, alignment: 1)
        defer { buffer.deallocate() }
        while true {
            let count = try message.read(into: buffer, at: UInt64(read.count))
            if count == 0 { break }
            read += buffer[..<count]
        }
        #expect(read == [1, 2, 3] + bytes)
        #expect(try message.read(into: buffer, at: message.size + 10) == 0)
    }

    @Test func aDiskThatTakesNothingIsUnavailable() async throws {
        let spool = OutgoingSpool(directory: "/nonexistent", scanner: nil)
        try await spool.write([1, 2, 3])
        do {
            try await spool.write(Array(repeating: 0, count: 300_000))
            Issue.record("a spool without a disk")
        } catch {
            #expect(error.kind == .unavailable)
        }
    }
}
