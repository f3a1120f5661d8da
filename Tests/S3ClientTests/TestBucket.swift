// The real S3 server of the tests, as the environment names it.

import Foundation
import Logging
import Testing

@testable import S3Client

/// Access to the bucket that `scripts/with-test-servers` made.
struct TestBucket {
    struct Missing: Error, CustomStringConvertible {
        let name: String
        var description: String { "\(name) is not set: run the tests through scripts/with-test-servers" }
    }

    let engine: TransferEngine
    let configuration: S3Configuration
    let client: S3Client

    /// - Parameters:
    ///   - port: of a proxy in front of the server; nil goes straight to it.
    ///   - adjust: changes the configuration.
    init(port: UInt16? = nil, adjust: (inout S3Configuration) -> Void = { _ in }) throws {
        let endpoint = try port.map { "http://127.0.0.1:\($0)" } ?? Self.variable("ENDPOINT")
        var configuration = S3Configuration(
            endpoint: try #require(S3Endpoint(endpoint)), bucket: try Self.variable("BUCKET"),
            region: try Self.variable("REGION"),
            credentials: S3Credentials(
                accessKey: try Self.variable("ACCESS_KEY"), secretKey: try Self.variable("SECRET_KEY")),
            retry: S3RetryPolicy(attempts: 4, base: .milliseconds(5), cap: .milliseconds(20)))
        adjust(&configuration)
        engine = TransferEngine()
        self.configuration = configuration
        client = S3Client(configuration, engine: engine, logger: Logger(label: "test"))
    }

    /// The port of the real server.
    static func upstream() throws -> UInt16 {
        let endpoint = try #require(S3Endpoint(variable("ENDPOINT")))
        return try #require(endpoint.authority.split(separator: ":").last.flatMap { UInt16($0) })
    }

    /// A prefix that no other test uses.
    static func prefix() -> String { "s3client-tests/\(UUID().uuidString)/" }

    private static func variable(_ name: String) throws -> String {
        let name = "LIGHTMAIL_TEST_S3_\(name)"
        guard let value = ProcessInfo.processInfo.environment[name], !value.isEmpty else { throw Missing(name: name) }
        return value
    }
}

/// Bytes that do not repeat within a test's reach, the same each time.
func noise(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
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

/// What an operation throws; nil, and an issue, when it throws nothing.
func failure<T>(of body: () async throws(S3Error) -> T) async -> S3Error? {
    do throws(S3Error) {
        _ = try await body()
        Issue.record("it should have failed")
        return nil
    } catch {
        return error
    }
}

/// Waits until something is so; the test's time limit ends the wait.
func eventually(_ condition: () async throws -> Bool) async throws {
    while try await !condition() {
        try Task.checkCancellation()
        await Task.yield()
    }
}
