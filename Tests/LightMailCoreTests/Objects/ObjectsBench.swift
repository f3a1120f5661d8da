// What the tests of this folder stand on: the real S3 server, and folders of their own.

import Foundation
import Logging
import S3Client
import Testing

@testable import LightMailCore

/// An object store on the bucket that `scripts/with-test-servers` made, with its own cache and spool.
final class ObjectsBench: Sendable {
    struct Missing: Error, CustomStringConvertible {
        let name: String
        var description: String { "\(name) is not set: run the tests through scripts/with-test-servers" }
    }

    let root: String
    let prefix: String
    let s3: S3Client
    let store: ObjectStore

    /// - Parameters:
    ///   - port: of another server than the real one.
    ///   - maximumBytes: of the cache; nil for none.
    ///   - sharing: takes the cache's directory of another, as a second process would.
    init(port: UInt16? = nil, maximumBytes: UInt64? = 100_000_000, sharing other: ObjectsBench? = nil) throws {
        let root = NSTemporaryDirectory() + "lightmail-objects-\(UUID().uuidString)"
        self.root = root
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        let endpoint = try port.map { "http://127.0.0.1:\($0)" } ?? Self.variable("ENDPOINT")
        s3 = S3Client(
            S3Configuration(
                endpoint: try #require(S3Endpoint(endpoint)), bucket: try Self.variable("BUCKET"),
                region: try Self.variable("REGION"),
                credentials: S3Credentials(
                    accessKey: try Self.variable("ACCESS_KEY"), secretKey: try Self.variable("SECRET_KEY")),
                retry: S3RetryPolicy(attempts: 2, base: .milliseconds(1), cap: .milliseconds(1))),
            logger: Logger(label: "test"))
        prefix = "objects-tests/\(UUID().uuidString)/"
        store = ObjectStore(
            s3: s3,
            cache: maximumBytes.map {
                BodyCacheConfiguration(directory: (other?.root ?? root) + "/cache", maximumBytes: $0)
            },
            spoolDirectory: root, logger: Logger(label: "test"))
    }

    deinit { try? FileManager.default.removeItem(atPath: root) }

    /// Stores bytes, written in pieces.
    func put(_ bytes: [UInt8], pieces: Int = 64 * 1024) async throws -> StoredObject {
        let upload = store.upload(prefix: prefix)
        var rest = bytes[...]
        while !rest.isEmpty {
            try await upload.write(Array(rest.prefix(pieces)))
            rest = rest.dropFirst(pieces)
        }
        return try await upload.finish()
    }

    /// What S3 was asked since the last call of this.
    func requests(during body: () async throws -> Void) async throws -> [S3Operation: UInt64] {
        let before = s3.statistics.snapshot.requests
        try await body()
        return s3.statistics.snapshot.requests.merging(before) { $0 - $1 }.filter { $0.value > 0 }
    }

    /// Keys of the objects, and of the uploads begun, that S3 holds of this bench.
    func leftovers(_ key: String) async throws -> (objects: [String], uploads: [String]) {
        (
            try await s3.list(prefix: key).objects.map(\.key),
            try await s3.listMultipartUploads(prefix: key).map(\.key)
        )
    }

    /// Files of the cache, those under way too, oldest first.
    func cachedFiles() throws -> [String] {
        let folder = root + "/cache"
        return try FileManager.default.subpathsOfDirectory(atPath: folder).map { "\(folder)/\($0)" }
            .filter {
                (try? FileManager.default.attributesOfItem(atPath: $0)[.type] as? FileAttributeType) == .typeRegular
            }
    }

    private static func variable(_ name: String) throws -> String {
        let name = "LIGHTMAIL_TEST_S3_\(name)"
        guard let value = ProcessInfo.processInfo.environment[name], !value.isEmpty else { throw Missing(name: name) }
        return value
    }
}

extension ObjectStream {
    func collect() async throws -> [UInt8] {
        var result: [UInt8] = []
        for try await bytes in self { result += bytes }
        return result
    }
}

/// Bytes that do not repeat within a test's reach, the same each time for a seed.
func noise(_ count: Int, seed: UInt64 = .random(in: 1 ... .max)) -> [UInt8] {
    var state = seed | 1
    var result: [UInt8] = []
    result.reserveCapacity(count + 8)
    while result.count < count {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        withUnsafeBytes(of: state) { result.append(contentsOf: $0) }
    }
    result.removeLast(result.count - count)
    return result
}

/// Waits until something is so; the test's time limit ends the wait.
func eventually(_ condition: () async throws -> Bool) async throws {
    while try await !condition() {
        try Task.checkCancellation()
        await Task.yield()
    }
}
