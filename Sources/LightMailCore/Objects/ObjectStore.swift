// The bodies: written to S3 while they arrive, read back verified through a cache on disk.

import Logging
import S3Client
import Synchronization

/// Counters of an object store.
package struct ObjectStoreStatistics: Sendable, Equatable {
    /// Reads served from the cache on disk.
    package var cacheHits: UInt64 = 0
    /// Reads of cacheable objects that were not in it.
    package var cacheMisses: UInt64 = 0
    /// Cached files whose bytes were not those of their object.
    package var cacheDamaged: UInt64 = 0
    /// The most bytes that one upload held in memory.
    package var uploadBufferPeak = 0
}

/// Stores and reads objects of one bucket. Any number of tasks may use it at once.
package final class ObjectStore: Sendable {
    /// Objects up to this size are written in one piece from memory, and read and cached whole.
    package static let smallSize: UInt64 = 256 * 1024

    let s3: S3Client
    let cache: BodyCache?
    let spoolDirectory: String
    let logger: Logger
    /// Fetches under way, by the name of the file that each is to become.
    let fetches = Mutex<[String: ObjectFetch]>([:])
    private let ids: UUIDv7Generator
    private let counts = Mutex(ObjectStoreStatistics())

    /// - Parameters:
    ///   - cache: nil reads every body from S3 each time.
    ///   - spoolDirectory: on a file system with room for a few parts of 8 MiB for each large message in receipt.
    package init(
        s3: S3Client, cache: BodyCacheConfiguration?, spoolDirectory: String, ids: UUIDv7Generator = UUIDv7Generator(),
        logger: Logger
    ) {
        self.s3 = s3
        self.cache = cache.map { BodyCache($0, logger: logger) }
        self.spoolDirectory = spoolDirectory
        self.ids = ids
        self.logger = logger
    }

    package var statistics: ObjectStoreStatistics { counts.withLock { $0 } }

    func count(_ change: (inout ObjectStoreStatistics) -> Void) { counts.withLock { change(&$0) } }

    // MARK: Writing

    /// A name for an object that is still to come.
    package func makeID() -> UUIDv7 { ids.next() }

    /// Begins an object of a new key: the prefix, a UUIDv7, the suffix. Nothing is sent yet.
    /// - Parameter id: made by ``makeID()`` a short while ago, and used once; nil for a fresh one.
    package func upload(
        prefix: String = "emails/", suffix: String = ".eml", contentType: String = "message/rfc822", id: UUIDv7? = nil
    ) -> ObjectUpload {
        let id = id ?? ids.next()
        return ObjectUpload(
            store: self, key: "\(prefix)\(id)\(suffix)", contentType: contentType, startedAt: id.milliseconds)
    }

    // MARK: Reading

    /// The whole of an object, verified by length and SHA-256.
    /// - Parameter limit: bytes that it may have; more is `limit`.
    /// - Throws: `notFound`, `corrupt`, `unavailable`.
    package func whole(
        _ object: StoredObject, limit: UInt64 = ObjectStore.smallSize
    ) async throws(StoreError) -> [UInt8] {
        guard object.size <= limit else {
            throw StoreError(.limit("\(object.size) bytes are more than \(limit)"), object.key)
        }
        var result: [UInt8] = []
        result.reserveCapacity(Int(object.size))
        var iterator = stream(object).makeAsyncIterator()
        while let bytes = try await iterator.next() { result += bytes }
        return result
    }

    /// An object, or a range of it, in pieces, at the reader's pace.
    ///
    /// Read whole, it is verified by length and SHA-256 before the last piece is handed out. A range is verified by
    /// length; when it comes from the cache, or from an object of at most `smallSize`, by the whole object's SHA-256.
    /// - Parameter range: of bytes; what lies beyond the end is left out. Nil for the whole.
    package func stream(_ object: StoredObject, range: Range<UInt64>? = nil) -> ObjectStream {
        ObjectStream(store: self, object: object, range: (range ?? 0..<object.size).clamped(to: 0..<object.size))
    }

    /// Where a reader finds an object: in memory, read from the cache and verified; in a verified file of the cache; in a
    /// fetch that fills one; or in S3 only.
    enum Place {
        case bytes([UInt8])
        case file(CacheFile)
        case fetch(ObjectFetch.Follower)
        case remote
    }

    /// - Parameter fetches: the object is worth fetching whole if it is not in the cache.
    func locate(_ object: StoredObject, fetches mayFetch: Bool) async throws(StoreError) -> Place {
        guard let cache, let name = cache.name(of: object) else { return .remote }
        var isMiss = false
        // Twice, for a fetch may end between the look into the cache and the look for fetches.
        for _ in 0..<2 {
            if let file = cache.open(name, size: object.size) {
                var place: Place?
                if object.size <= Self.smallSize {
                    place = cache.read(file, name: name, object).map { .bytes($0) }
                } else if await cache.verify(file, name: name, object) {
                    place = .file(file)
                }
                if let place {
                    if !isMiss { count { $0.cacheHits += 1 } }
                    return place
                }
                if Task.isCancelled { throw StoreError(CancellationError()) }
                logger.warning("cached body is damaged and dropped", metadata: ["key": "\(object.key)"])
                count { $0.cacheDamaged += 1 }
                cache.remove(name)
            }
            if !isMiss { count { $0.cacheMisses += 1 } }
            isMiss = true
            guard mayFetch else { return .remote }
            if let follower = follow(object, name, in: cache) { return .fetch(follower) }
        }
        return .remote
    }

    /// Joins the fetch of an object, or starts one. Nil when the object is in the cache by now, or the disk refuses.
    private func follow(_ object: StoredObject, _ name: String, in cache: BodyCache) -> ObjectFetch.Follower? {
        fetches.withLock { fetches in
            if let follower = fetches[name]?.follow() { return follower }
            guard cache.open(name, size: object.size) == nil, let file = cache.create() else { return nil }
            let fetch = ObjectFetch(object: object, file: file)
            let follower = fetch.follow()
            fetches[name] = fetch
            fetch.start(s3: s3) { [self] isComplete in
                if isComplete { cache.keep(file, as: name, size: object.size) } else { cache.discard(file) }
                self.fetches.withLock { if $0[name] === fetch { $0[name] = nil } }
            }
            return follower
        }
    }

    // MARK: For the collector

    /// Deletes objects, 1,000 a request. One that is not there counts as deleted.
    /// - Returns: the keys that S3 did not delete; why is in the log.
    package func delete(_ keys: [String]) async throws(StoreError) -> [String] {
        var left: [String] = []
        var rest = keys[...]
        while !rest.isEmpty {
            let batch = Array(rest.prefix(S3Client.maximumKeys))
            rest = rest.dropFirst(batch.count)
            let failures = try await mapped { try await self.s3.deleteObjects(batch) }
            for failure in failures {
                logger.warning(
                    "object was not deleted",
                    metadata: ["key": "\(failure.key)", "code": "\(failure.code)", "reason": "\(failure.message)"])
                left.append(failure.key)
            }
        }
        return left
    }

    /// Objects in the order of their keys, and so of the time they were begun.
    /// - Parameter after: lists keys beyond this one; it need not exist.
    package func list(
        prefix: String = "emails/", after: String? = nil, limit: Int = S3Client.maximumKeys
    ) async throws(StoreError) -> S3ListPage {
        try await mapped { try await self.s3.list(prefix: prefix, startAfter: after, limit: limit) }
    }

    /// Aborts multipart uploads that a process which is no more left behind.
    /// - Parameter startedBefore: seconds since 1970.
    /// - Returns: how many were aborted; at most 1,000 are looked at.
    package func abortUploads(prefix: String = "emails/", startedBefore: Int64) async throws(StoreError) -> Int {
        try await mapped {
            let stale = try await self.s3.listMultipartUploads(prefix: prefix).filter { $0.initiated < startedBefore }
            for upload in stale { try await self.s3.abortMultipartUpload(upload.key, uploadID: upload.uploadID) }
            return stale.count
        }
    }
}
