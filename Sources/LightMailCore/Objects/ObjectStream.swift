// The bytes of an object as its reader takes them, from wherever they are.

import S3Client

/// An object, or a range of it, in pieces of at most 64 KiB. To be iterated by one task at a time.
package struct ObjectStream: AsyncSequence, Sendable {
    package typealias Element = [UInt8]

    fileprivate let store: ObjectStore
    fileprivate let object: StoredObject
    fileprivate let range: Range<UInt64>

    init(store: ObjectStore, object: StoredObject, range: Range<UInt64>) {
        self.store = store
        self.object = object
        self.range = range
    }

    /// Bytes that will come.
    package var length: UInt64 { UInt64(range.count) }

    package func makeAsyncIterator() -> Iterator { Iterator(self) }

    package struct Iterator: AsyncIteratorProtocol {
        private enum Source {
            case unknown
            /// All of the object.
            case memory([UInt8])
            case file(CacheFile)
            case fetch(ObjectFetch.Follower)
            /// A GET of the range.
            case download(S3Download.Iterator)
            /// A GET of the whole, of which so many bytes are still to be passed over.
            case remainder(S3Download.Iterator, skip: UInt64)
            case over
        }

        private static let pieceSize: UInt64 = 64 * 1024

        private let stream: ObjectStream
        private var source = Source.unknown
        private var position: UInt64

        fileprivate init(_ stream: ObjectStream) {
            self.stream = stream
            position = stream.range.lowerBound
        }

        package mutating func next(isolation actor: isolated (any Actor)?) async throws(StoreError) -> [UInt8]? {
            try await next()
        }

        /// The next bytes, never empty; nil after the last.
        /// - Throws: `notFound`, `corrupt`, `unavailable`; nothing comes after that.
        package nonisolated(nonsending) mutating func next() async throws(StoreError) -> [UInt8]? {
            do throws(StoreError) {
                let bytes = position < stream.range.upperBound ? try await piece() : nil
                guard let bytes else {
                    source = .over
                    return nil
                }
                position += UInt64(bytes.count)
                return bytes
            } catch {
                source = .over
                position = stream.range.upperBound
                throw error
            }
        }

        private nonisolated(nonsending) mutating func piece() async throws(StoreError) -> [UInt8]? {
            while true {
                switch source {
                case .unknown: source = try await find()
                case .memory(let bytes):
                    let end = Swift.min(position + Self.pieceSize, stream.range.upperBound)
                    return end - position == bytes.count ? bytes : Array(bytes[Int(position)..<Int(end)])
                case .file(let file): return try read(file, upTo: stream.range.upperBound)
                case .fetch(let follower):
                    // A small object is handed out when all of it is verified, a large one as it comes.
                    let isSmall = stream.object.size <= ObjectStore.smallSize
                    let awaited = isSmall ? stream.object.size - 1 : position
                    if let available = try await follower.available(beyond: awaited) {
                        return try read(follower.file, upTo: Swift.min(available, stream.range.upperBound))
                    }
                    source = .remainder(try await download(nil), skip: position)
                case .download(var iterator):
                    source = .over
                    let bytes = try await Self.next(&iterator)
                    source = .download(iterator)
                    return bytes
                case .remainder(var iterator, let skip):
                    source = .over
                    guard let bytes = try await Self.next(&iterator) else { return nil }
                    let passed = Swift.min(skip, UInt64(bytes.count))
                    source = .remainder(iterator, skip: skip - passed)
                    if passed < UInt64(bytes.count) {
                        return Array(bytes.dropFirst(Int(passed)).prefix(Int(stream.range.upperBound - position)))
                    }
                case .over: return nil
                }
            }
        }

        private nonisolated(nonsending) func find() async throws(StoreError) -> Source {
            let object = stream.object
            let isWhole = stream.range == 0..<object.size
            let isSmall = object.size <= ObjectStore.smallSize
            switch try await stream.store.locate(object, fetches: isWhole || isSmall) {
            case .bytes(let bytes): return .memory(bytes)
            case .file(let file): return .file(file)
            case .fetch(let follower): return .fetch(follower)
            case .remote: return .download(try await download(isWhole ? nil : stream.range))
            }
        }

        private nonisolated(nonsending) func download(
            _ range: Range<UInt64>?
        ) async throws(StoreError) -> S3Download.Iterator {
            do throws(S3Error) {
                return try await stream.store.s3.get(
                    stream.object.key, range: range,
                    expecting: S3Expectation(size: stream.object.size, sha256: stream.object.sha256)
                ).makeAsyncIterator()
            } catch {
                throw StoreError(error)
            }
        }

        private nonisolated(nonsending) static func next(
            _ iterator: inout S3Download.Iterator
        ) async throws(StoreError) -> [UInt8]? {
            do throws(S3Error) {
                return try await iterator.next()
            } catch {
                throw StoreError(error)
            }
        }

        private func read(_ file: CacheFile, upTo end: UInt64) throws(StoreError) -> [UInt8] {
            guard let bytes = file.read(at: position, count: Int(Swift.min(Self.pieceSize, end - position))) else {
                throw StoreError(.unavailable, "a file of the body cache cannot be read")
            }
            return bytes
        }
    }
}
