import Foundation
import S3Client
import Testing

@testable import LightMailCore

@Suite(.timeLimit(.minutes(3))) struct ObjectUploadTests {
    @Test(arguments: [0, 1, 256 * 1024, 256 * 1024 + 1, 8 << 20]) func upToOnePartIsOnePut(_ size: Int) async throws {
        let bench = try ObjectsBench()
        let bytes = noise(size)
        var object: StoredObject?
        let requests = try await bench.requests { object = try await bench.put(bytes) }
        #expect(requests == [.put: 1])
        let stored = try #require(object)
        #expect(stored.size == UInt64(size))
        #expect(stored.sha256 == SHA256Hasher.hash(bytes))
        #expect(stored.key.hasPrefix(bench.prefix) && stored.key.hasSuffix(".eml"))
        #expect(try await bench.store.stream(stored).collect() == bytes)
    }

    @Test func aLargeObjectIsPartsAndTwoMore() async throws {
        let bench = try ObjectsBench()
        let bytes = noise(30_000_000)
        var object: StoredObject?
        let requests = try await bench.requests { object = try await bench.put(bytes, pieces: 10_007) }
        #expect(requests == [.createMultipart: 1, .uploadPart: 4, .completeMultipart: 1])
        #expect(bench.store.statistics.uploadBufferPeak <= 256 * 1024 + 10_007)
        let stored = try #require(object)
        #expect(stored.sha256 == SHA256Hasher.hash(bytes))
        #expect(try await bench.store.stream(stored).collect() == bytes)
        #expect(try await bench.leftovers(stored.key).uploads == [])
    }

    @Test func onePieceLargerThanAPart() async throws {
        let bench = try ObjectsBench()
        let bytes = noise(20_000_000)
        let stored = try await bench.put(bytes, pieces: 20_000_000)
        #expect(try await bench.store.stream(stored).collect() == bytes)
    }

    @Test func partsGrowSoThatTenThousandHoldAnyObject() {
        let sizes = (1...S3Client.maximumParts).map(ObjectUpload.partSize)
        #expect(sizes.first == 8 << 20)
        #expect(sizes.allSatisfy { $0 >= S3Client.minimumPartSize && $0 < 5 << 30 })
        #expect(sizes.reduce(0, +) > 5 << 40)
    }

    @Test func abortLeavesNothing() async throws {
        let bench = try ObjectsBench()
        let upload = bench.store.upload(prefix: bench.prefix)
        try await upload.write(noise(30_000_000))
        #expect(try await bench.leftovers(upload.key).uploads == [upload.key])
        await upload.abort()
        await upload.abort()
        #expect(try await bench.leftovers(upload.key) == ([], []))
        await #expect(throws: StoreError.self) { try await upload.write([1]) }
        await #expect(throws: StoreError.self) { try await upload.finish() }
    }

    @Test(arguments: [1000, 20_000_000]) func abortWhileFinishingLeavesNothing(_ size: Int) async throws {
        let bench = try ObjectsBench()
        let upload = bench.store.upload(prefix: bench.prefix)
        try await upload.write(noise(size))
        let before = bench.s3.statistics.snapshot.totalRequests
        let finish = Task { try await upload.finish() }
        try await eventually { bench.s3.statistics.snapshot.totalRequests > before }
        await upload.abort()
        await #expect(throws: StoreError.self) { try await finish.value }
        #expect(try await bench.leftovers(upload.key) == ([], []))
    }

    @Test func cancellationLeavesNothing() async throws {
        let bench = try ObjectsBench()
        let upload = bench.store.upload(prefix: bench.prefix)
        try await upload.write(noise(20_000_000))
        let task = Task {
            while true { try await upload.write(noise(1_000_000)) }
        }
        task.cancel()
        await #expect(throws: StoreError.self) { try await task.value }
        #expect(try await bench.leftovers(upload.key) == ([], []))
    }

    @Test func anUploadThatIsDroppedLeavesNothing() async throws {
        let bench = try ObjectsBench()
        var upload: ObjectUpload? = bench.store.upload(prefix: bench.prefix)
        let key = try #require(upload?.key)
        try await upload?.write(noise(20_000_000))
        #expect(try await bench.leftovers(key).uploads == [key])
        upload = nil
        try await eventually { try await bench.leftovers(key).uploads == [] }
        #expect(try await bench.leftovers(key).objects == [])
    }

    @Test func keysSortByTimeAndTellIt() async throws {
        let bench = try ObjectsBench()
        let before = UUIDv7Generator.wallClock()
        let uploads = (0..<100).map { _ in bench.store.upload(prefix: bench.prefix) }
        #expect(uploads.map(\.key) == uploads.map(\.key).sorted())
        for upload in uploads {
            #expect(StoredObject.startedAt(key: upload.key) == upload.startedAt)
            #expect(upload.startedAt >= before)
        }
    }

    @Test func s3AwayFailsAndHoldsNothingBack() async throws {
        let bench = try ObjectsBench(port: 1)
        let small = bench.store.upload(prefix: bench.prefix)
        try await small.write([1])
        let error = await #expect(throws: StoreError.self) { try await small.finish() }
        #expect(error?.kind == .unavailable)
        let large = bench.store.upload(prefix: bench.prefix)
        await #expect(throws: StoreError.self) { try await large.write(noise(20_000_000)) }
        await large.abort()
    }

    @Test func aSpoolThatCannotBeWrittenIsTemporary() async throws {
        let bench = try ObjectsBench()
        try FileManager.default.removeItem(atPath: bench.root)
        let upload = bench.store.upload(prefix: bench.prefix)
        let error = await #expect(throws: StoreError.self) { try await upload.write(noise(300_000)) }
        #expect(error?.kind == .unavailable)
    }
}
