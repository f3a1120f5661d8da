// Objects without a row are taken when they are too old for a delivery under way, and only then.

import S3Client
import Testing

@testable import LightMailCore

@Suite(.timeLimit(.minutes(3))) struct OrphanTests {
    private let hour: Int64 = 3600

    @Test func youngOrphansAreLeftAndOldOnesTaken() async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("a")
            let kept = try await bench.deliver(to: account).key
            let orphan = try await bench.store.objects.upload().finishing([1, 2, 3]).key
            // Not of our making, so not ours to delete.
            try await bench.store.s3.put("emails/notes.txt", body: [1], contentType: "text/plain")
            let foreign: Set<String> = ["emails/notes.txt"]

            #expect(try await bench.collect(bench.collector(orphanGrace: hour)).orphans == 0)
            #expect(try await bench.keys() == foreign.union([kept, orphan]))

            bench.ahead.withLock { $0 = UInt64(hour) + 60 }
            #expect(try await bench.findings() == [:])
            #expect(try await bench.collect(bench.collector(orphanGrace: hour)).orphans == 1)
            #expect(try await bench.keys() == foreign.union([kept]))
        }
    }

    @Test func theSweepGoesOnWhereItStoppedAndBeginsAnew() async throws {
        try await StoreBench.run { bench in
            let ids = UUIDv7Generator(clock: { UUIDv7Generator.wallClock() - 7200 * 1000 })
            let keys = (0..<1100).map { _ in "emails/\(ids.next()).eml" }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for slice in stride(from: 0, to: keys.count, by: 100) {
                    group.addTask {
                        for key in keys[slice..<min(slice + 100, keys.count)] {
                            try await bench.store.s3.put(key, body: [1], contentType: "message/rfc822")
                        }
                    }
                }
                try await group.waitForAll()
            }
            let sweep = { bench.collector(orphanGrace: hour) }
            #expect(try await sweep().cycle().orphans == 1000)
            #expect(try await bench.count("garbage_state") == 1)
            // Another collector goes on.
            #expect(try await sweep().cycle().orphans == 100)
            #expect(try await bench.count("garbage_state") == 0)
            #expect(try await bench.keys() == [])
            #expect(try await sweep().cycle().orphans == 0)
        }
    }

    @Test func forgottenUploadsAreAborted() async throws {
        try await StoreBench.run { bench in
            _ = try await bench.store.s3.createMultipartUpload("emails/upload.eml", contentType: "message/rfc822")
            #expect(try await bench.collector(orphanGrace: hour).cycle().abortedUploads == 0)
            #expect(try await bench.store.s3.listMultipartUploads(prefix: "emails/").count == 1)
            bench.ahead.withLock { $0 = UInt64(hour) + 60 }
            #expect(try await bench.collector(orphanGrace: hour).cycle().abortedUploads == 1)
            #expect(try await bench.store.s3.listMultipartUploads(prefix: "emails/") == [])
        }
    }
}

extension ObjectUpload {
    fileprivate func finishing(_ bytes: [UInt8]) async throws -> StoredObject {
        try await write(bytes)
        return try await finish()
    }
}
