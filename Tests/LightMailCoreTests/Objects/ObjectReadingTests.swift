import Foundation
import S3Client
import Testing

@testable import LightMailCore

@Suite(.timeLimit(.minutes(3))) struct ObjectReadingTests {
    @Test(arguments: [1, 100_000, 256 * 1024, 3_000_000]) func oneGetAndThenNone(_ size: Int) async throws {
        let bench = try ObjectsBench()
        let bytes = noise(size)
        let object = try await bench.put(bytes)
        let first = try await bench.requests { () async throws in
            #expect(try await bench.store.stream(object).collect() == bytes)
        }
        #expect(first == [.get: 1])
        let later = try await bench.requests { () async throws in
            #expect(try await bench.store.whole(object, limit: 3_000_000) == bytes)
            #expect(try await bench.store.stream(object, range: 0..<1).collect() == Array(bytes.prefix(1)))
        }
        #expect(later == [:])
        #expect(bench.store.statistics.cacheHits == 2)
        #expect(bench.store.statistics.cacheMisses == 1)
    }

    @Test func theCacheIsSharedByProcesses() async throws {
        let bench = try ObjectsBench()
        let object = try await bench.put(noise(1_000_000))
        _ = try await bench.store.stream(object).collect()
        let other = try ObjectsBench(sharing: bench)
        let requests = try await other.requests { _ = try await other.store.stream(object).collect() }
        #expect(requests == [:])
    }

    @Test func filesOfTheCacheAreTheOwnersAlone() async throws {
        let bench = try ObjectsBench()
        _ = try await bench.store.whole(bench.put(noise(1000)))
        let modes = try (bench.cachedFiles() + [bench.root + "/cache"]).map {
            try FileManager.default.attributesOfItem(atPath: $0)[.posixPermissions] as? Int
        }
        #expect(modes == [0o600, 0o700])
    }

    @Test func rangeOfASmallObjectFetchesItWhole() async throws {
        let bench = try ObjectsBench()
        let bytes = noise(200_000)
        let object = try await bench.put(bytes)
        let requests = try await bench.requests { () async throws in
            #expect(try await bench.store.stream(object, range: 1000..<2000).collect() == Array(bytes[1000..<2000]))
            #expect(try await bench.store.stream(object, range: 199_999..<300_000).collect() == [bytes[199_999]])
        }
        #expect(requests == [.get: 1])
    }

    @Test func rangeOfALargeObjectFetchesNoMore() async throws {
        let bench = try ObjectsBench()
        let bytes = noise(3_000_000)
        let object = try await bench.put(bytes)
        let before = bench.s3.statistics.snapshot.bytesReceived
        let requests = try await bench.requests { () async throws in
            let range = bench.store.stream(object, range: 1_000_000..<1_200_000)
            #expect(range.length == 200_000)
            #expect(try await range.collect() == Array(bytes[1_000_000..<1_200_000]))
        }
        #expect(requests == [.get: 1])
        #expect(bench.s3.statistics.snapshot.bytesReceived - before == 200_000)
        #expect(try bench.cachedFiles() == [])
    }

    @Test func nothingIsAskedForNothing() async throws {
        let bench = try ObjectsBench()
        let object = try await bench.put(noise(1000))
        let empty = try await bench.put([])
        let requests = try await bench.requests { () async throws in
            #expect(try await bench.store.stream(object, range: 5..<5).collect() == [])
            #expect(try await bench.store.stream(object, range: 1000..<2000).collect() == [])
            #expect(try await bench.store.whole(empty) == [])
        }
        #expect(requests == [:])
    }

    @Test func wholeHasALimit() async throws {
        let bench = try ObjectsBench()
        let object = try await bench.put(noise(300_000))
        await #expect(throws: StoreError.self) { try await bench.store.whole(object) }
        #expect(try await bench.store.whole(object, limit: 300_000).count == 300_000)
    }

    @Test(arguments: [50_000, 3_000_000]) func readersAtOnceShareOneGet(_ size: Int) async throws {
        let bench = try ObjectsBench()
        let bytes = noise(size)
        let object = try await bench.put(bytes)
        let requests = try await bench.requests { () async throws in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<8 { group.addTask { try await bench.store.stream(object).collect() == bytes } }
                for try await isRight in group { #expect(isRight) }
            }
        }
        #expect(requests == [.get: 1])
        #expect(try bench.cachedFiles().count == 1)
    }

    @Test func aReaderThatLeavesDoesNotDisturbTheOther() async throws {
        let bench = try ObjectsBench()
        let bytes = noise(3_000_000)
        let object = try await bench.put(bytes)
        var first = bench.store.stream(object).makeAsyncIterator()
        let head = try #require(try await first.next())
        let cancelled = Task { try await bench.store.stream(object).collect() }
        cancelled.cancel()
        _ = await cancelled.result
        var rest: [UInt8] = []
        while let more = try await first.next() { rest += more }
        #expect(head + rest == bytes)
    }

    @Test func readersThatAllLeaveLeaveNoFile() async throws {
        let bench = try ObjectsBench()
        let object = try await bench.put(noise(20_000_000))
        do {
            var iterator = bench.store.stream(object).makeAsyncIterator()
            _ = try await iterator.next()
        }
        // The fetch was cancelled, or had just ended well.
        try await eventually { try !bench.cachedFiles().contains { $0.contains("incoming") } }
        #expect(try await bench.store.stream(object).collect().count == 20_000_000)
    }

    @Test(arguments: [50_000, 3_000_000], [0, -1]) func aDamagedFileIsDroppedAndFetchedAnew(
        _ size: Int, _ change: Int
    ) async throws {
        let bench = try ObjectsBench()
        let bytes = noise(size)
        let object = try await bench.put(bytes)
        _ = try await bench.store.stream(object).collect()
        let path = try #require(try bench.cachedFiles().first)
        var damaged = bytes
        damaged[size / 2] ^= 1
        damaged.removeLast(-change)
        try Data(damaged).write(to: URL(fileURLWithPath: path))
        let requests = try await bench.requests { () async throws in
            #expect(try await bench.store.stream(object).collect() == bytes)
            #expect(try await bench.store.stream(object).collect() == bytes)
        }
        #expect(requests == [.get: 1])
    }

    @Test func leastRecentlyUsedFilesAreEvicted() async throws {
        let bench = try ObjectsBench(maximumBytes: 1_000_000)
        var objects: [StoredObject] = []
        for index in 0..<9 {
            objects.append(try await bench.put(noise(100_000)))
            _ = try await bench.store.whole(objects[index])
        }
        // All were used long ago, the first one now.
        for path in try bench.cachedFiles() {
            try FileManager.default.setAttributes([.modificationDate: Date.distantPast], ofItemAtPath: path)
        }
        _ = try await bench.store.whole(objects[0])
        for _ in 0..<6 { _ = try await bench.store.whole(bench.put(noise(100_000))) }
        try await eventually { try bench.cachedFiles().count <= 10 }
        let kept = try await bench.requests { _ = try await bench.store.whole(objects[0]) }
        #expect(kept == [:])
        let evicted = try await bench.requests { () async throws in
            for object in objects[1...3] { _ = try await bench.store.whole(object) }
        }
        #expect(evicted[.get] ?? 0 > 0)
    }

    @Test func anObjectThatWouldFillTheCacheIsNotCached() async throws {
        let bench = try ObjectsBench(maximumBytes: 1_000_000)
        let bytes = noise(300_000)
        let object = try await bench.put(bytes)
        let requests = try await bench.requests { () async throws in
            #expect(try await bench.store.stream(object).collect() == bytes)
        }
        #expect(requests == [.get: 1])
        #expect(try bench.cachedFiles() == [])
    }

    @Test func withoutACacheEachReadIsAGet() async throws {
        let bench = try ObjectsBench(maximumBytes: nil)
        let bytes = noise(50_000)
        let object = try await bench.put(bytes)
        let requests = try await bench.requests { () async throws in
            for _ in 0..<2 { #expect(try await bench.store.whole(object) == bytes) }
        }
        #expect(requests == [.get: 2])
    }

    @Test func aCacheThatCannotBeWrittenFailsNoRead() async throws {
        let bench = try ObjectsBench()
        try FileManager.default.removeItem(atPath: bench.root)
        let bytes = noise(50_000)
        try await bench.s3.put(bench.prefix + "x", body: bytes)
        let object = StoredObject(key: bench.prefix + "x", size: 50_000, sha256: SHA256Hasher.hash(bytes))
        #expect(try await bench.store.whole(object) == bytes)
    }

    @Test func aDiskThatFillsUpInAFetchFailsNoRead() async throws {
        let bench = try ObjectsBench()
        let bytes = noise(3_000_000)
        let object = try await bench.put(bytes)
        let cache = try #require(bench.store.cache)
        let name = try #require(cache.name(of: object))
        // A file that is open for reading only takes no bytes.
        let fetch = ObjectFetch(object: object, file: try #require(CacheFile(reading: "/dev/null")))
        bench.store.fetches.withLock { $0[name] = fetch }
        async let read = bench.store.stream(object).collect()
        try await eventually { fetch.followers > 0 }
        fetch.start(s3: bench.s3) { _ in bench.store.fetches.withLock { $0[name] = nil } }
        #expect(try await read == bytes)
        #expect(bench.s3.statistics.requests(.get) == 2)
    }

    @Test(arguments: [true, false], [50_000, 3_000_000]) func whatIsNotTheObjectIsCorrupt(
        _ isCached: Bool, _ size: Int
    ) async throws {
        let bench = try ObjectsBench(maximumBytes: isCached ? 100_000_000 : nil)
        let stored = try await bench.put(noise(size))
        let wrongHash = StoredObject(key: stored.key, size: stored.size, sha256: SHA256Hasher.hash([]))
        let wrongSize = StoredObject(key: stored.key, size: stored.size + 1, sha256: stored.sha256)
        for object in [wrongHash, wrongSize] {
            var handedOut = 0
            let error = await #expect(throws: StoreError.self) {
                for try await bytes in bench.store.stream(object) { handedOut += bytes.count }
            }
            #expect(error?.kind == .corrupt)
            #expect(handedOut < size)
        }
        if isCached { #expect(try bench.cachedFiles() == []) }
    }

    @Test func missingAndAway() async throws {
        let bench = try ObjectsBench()
        let missing = StoredObject(key: bench.prefix + "none", size: 1, sha256: SHA256Hasher.hash([1]))
        let notThere = await #expect(throws: StoreError.self) { try await bench.store.whole(missing) }
        #expect(notThere?.kind == .notFound)
        let away = try ObjectsBench(port: 1)
        let unanswered = await #expect(throws: StoreError.self) { try await away.store.whole(missing) }
        #expect(unanswered?.kind == .unavailable)
    }

    @Test func collectorListsDeletesAndAborts() async throws {
        let bench = try ObjectsBench()
        var keys: [String] = []
        for _ in 0..<5 { keys.append(try await bench.put([1]).key) }
        let first = try await bench.store.list(prefix: bench.prefix, limit: 2)
        #expect(first.objects.map(\.key) == Array(keys[..<2]))
        #expect(first.isTruncated)
        let rest = try await bench.store.list(prefix: bench.prefix, after: keys[1])
        #expect(rest.objects.map(\.key) == Array(keys[2...]))
        let requests = try await bench.requests { () async throws in #expect(try await bench.store.delete(keys) == []) }
        #expect(requests == [.deleteObjects: 1])
        #expect(try await bench.store.list(prefix: bench.prefix).objects.isEmpty)

        let key = bench.prefix + "stale"
        _ = try await bench.s3.createMultipartUpload(key)
        #expect(try await bench.store.abortUploads(prefix: key, startedBefore: 1_000) == 0)
        #expect(try await bench.store.abortUploads(prefix: key, startedBefore: 10_000_000_000) == 1)
        #expect(try await bench.leftovers(key).uploads == [])
    }
}
