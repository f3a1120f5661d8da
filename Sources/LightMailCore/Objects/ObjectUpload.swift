// An object on its way to S3 while it still arrives: small ones from memory in one PUT, larger ones through spool files
// without a name, those of more than a part as a multipart upload. Memory and disk are bounded whatever the size.

import Logging
import S3Client

/// Writes one object. To be used by one task at a time; `abort` may come from any.
///
/// After an error, a cancellation or `abort`, and when it is dropped unfinished, nothing stays in S3. (A PUT whose
/// answer was lost may have been carried out: then the sweep for orphans takes the object.)
package actor ObjectUpload {
    /// Bytes that wait in memory.
    private static let bufferSize = Int(ObjectStore.smallSize)
    /// Parts that are being sent while the next one fills; `write` waits when there are as many.
    private static let maximumFlights = 2
    private static let firstPartSize: UInt64 = 8 * 1024 * 1024

    /// A part that is being filled.
    private struct Part {
        let number: Int
        let file: SpoolFile
        let hasher = SHA256Hasher()
        var length: UInt64 = 0
    }

    /// A part that is being sent.
    private struct Flight {
        let file: SpoolFile
        let task: Task<S3Part, any Error>
    }

    /// The key that the object will have.
    package nonisolated let key: String
    /// When the object was begun, as its key says: milliseconds since 1970. A row that refers to it must be committed
    /// before the grace period for orphans has passed since then.
    package nonisolated let startedAt: UInt64

    private let store: ObjectStore
    private let contentType: String
    private let hasher = SHA256Hasher()
    private var size: UInt64 = 0
    private var buffer: [UInt8] = []
    private var part: Part?
    private var flights: [Flight] = []
    private var parts: [S3Part] = []
    private var spareFiles: [SpoolFile] = []
    private var uploadID: String?
    private var isOpen = true

    init(store: ObjectStore, key: String, contentType: String, startedAt: UInt64) {
        self.store = store
        self.key = key
        self.contentType = contentType
        self.startedAt = startedAt
    }

    deinit {
        guard isOpen, uploadID != nil else { return }
        let cleanUp = cleanUp(flights, uploadID)
        Task { await cleanUp() }
    }

    /// The size of part `number`: 8 MiB, doubled after every thousand parts, so that 10,000 parts hold 8 TiB, more than
    /// S3 takes for an object.
    static func partSize(_ number: Int) -> UInt64 { firstPartSize << UInt64((number - 1) / 1000) }

    /// Adds bytes; it returns when there is room for more.
    /// - Throws: `unavailable` when S3 or the spool's disk fails; the upload is aborted then.
    package func write(_ bytes: [UInt8]) async throws(StoreError) {
        guard isOpen else { throw Self.isOver }
        hasher.update(bytes)
        size += UInt64(bytes.count)
        buffer += bytes
        store.count { $0.uploadBufferPeak = max($0.uploadBufferPeak, buffer.count) }
        guard buffer.count > Self.bufferSize else { return }
        try await abortingOnError { try await self.spill() }
    }

    /// Stores the object. Its bytes are safe in S3 when this returns.
    /// - Throws: as `write` does.
    package func finish() async throws(StoreError) -> StoredObject {
        guard isOpen else { throw Self.isOver }
        let sha256 = hasher.finish()
        try await abortingOnError {
            if self.part != nil { try await self.spill() }
            if self.uploadID != nil {
                try await self.complete()
            } else {
                let body = self.part.map {
                    S3Body(file: $0.file, offset: 0, length: $0.length, sha256: sha256)
                }
                try await self.store.s3.put(
                    self.key, body ?? S3Body(self.buffer, sha256: sha256), contentType: self.contentType)
            }
        }
        guard isOpen else {
            await Task { [s3 = store.s3, key] in try? await s3.delete(key) }.value
            throw Self.isOver
        }
        release()
        return StoredObject(key: key, size: size, sha256: sha256)
    }

    /// Gives the object up, and returns when S3 holds nothing of it. A `finish` under way fails, and deletes what it
    /// stored; after `finish` it does nothing.
    package func abort() async {
        guard isOpen else { return }
        let cleanUp = cleanUp(flights, uploadID)
        release()
        // In a task of its own, as the caller's may be cancelled.
        await Task { await cleanUp() }.value
    }

    // MARK: Parts

    /// Moves the buffer to the spool, and sends the parts that are full and not the last.
    private func spill() async throws {
        var rest = buffer[...]
        buffer = []
        while !rest.isEmpty {
            if let full = part, full.length == Self.partSize(full.number) { try await send(full) }
            var current = try part ?? nextPart()
            let room = Self.partSize(current.number) - current.length
            let bytes = Array(rest.prefix(Int(min(room, UInt64(rest.count)))))
            try current.file.write(bytes, at: current.length)
            current.hasher.update(bytes)
            current.length += UInt64(bytes.count)
            part = current
            rest = rest.dropFirst(bytes.count)
        }
    }

    private func nextPart() throws -> Part {
        let number = parts.count + flights.count + 1
        guard number <= S3Client.maximumParts else { throw StoreError(.limit("the object has too many parts")) }
        return try Part(number: number, file: spareFiles.popLast() ?? SpoolFile(directory: store.spoolDirectory))
    }

    private func send(_ full: Part) async throws {
        let uploadID = try await begin()
        while flights.count >= Self.maximumFlights { try await settleFirst() }
        let body = S3Body(file: full.file, offset: 0, length: full.length, sha256: full.hasher.finish())
        let task = Task { [s3 = store.s3, key, number = full.number] in
            try await s3.uploadPart(key, uploadID: uploadID, number: number, body)
        }
        flights.append(Flight(file: full.file, task: task))
        part = nil
    }

    /// Begins the multipart upload when it has not been. A cancellation waits for the answer, or nobody would know of an
    /// upload that S3 began.
    private func begin() async throws -> String {
        if let uploadID { return uploadID }
        let made = try await Task { [s3 = store.s3, key, contentType] in
            try await s3.createMultipartUpload(key, contentType: contentType)
        }.value
        guard isOpen else {
            let cleanUp = cleanUp([], made)
            await Task { await cleanUp() }.value
            throw Self.isOver
        }
        uploadID = made
        try Task.checkCancellation()
        return made
    }

    private func settleFirst() async throws {
        guard let first = flights.first else { return }
        let result = await withTaskCancellationHandler {
            await first.task.result
        } onCancel: {
            first.task.cancel()
        }
        guard isOpen else { throw Self.isOver }
        parts.append(try result.get())
        flights.removeFirst()
        spareFiles.append(first.file)
    }

    private func complete() async throws {
        guard let uploadID else { return }
        if let last = part { try await send(last) }
        while !flights.isEmpty { try await settleFirst() }
        try Task.checkCancellation()
        // Whether it is done must be known, so a cancellation does not end it.
        try await Task { [s3 = store.s3, key, parts] in
            try await s3.completeMultipartUpload(key, uploadID: uploadID, parts: parts)
        }.value
    }

    // MARK: The end

    private func abortingOnError(_ body: () async throws -> Void) async throws(StoreError) {
        do {
            try await body()
        } catch {
            await abort()
            // A full disk may have room the next time.
            throw error is SpoolFile.Failure ? StoreError(.unavailable, "\(error)") : StoreError(error)
        }
    }

    private func release() {
        isOpen = false
        buffer = []
        part = nil
        flights = []
        spareFiles = []
        uploadID = nil
    }

    /// Ends the parts in flight, and then the upload, as a part that arrives later would stay.
    private nonisolated func cleanUp(_ flights: [Flight], _ uploadID: String?) -> @Sendable () async -> Void {
        for flight in flights { flight.task.cancel() }
        return { [s3 = store.s3, logger = store.logger, key] in
            for flight in flights { _ = await flight.task.result }
            guard let uploadID else { return }
            do {
                try await s3.abortMultipartUpload(key, uploadID: uploadID)
            } catch {
                logger.warning(
                    "multipart upload could not be aborted; the collector will",
                    metadata: ["key": "\(key)", "error": "\(error)"])
            }
        }
    }

    private static let isOver = StoreError(.unavailable, "the upload is over")
}
