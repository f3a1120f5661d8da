// The real server behind a network that fails, and servers that answer wrongly.

import Logging
import Synchronization
import Testing

@testable import S3Client

@Suite(.timeLimit(.minutes(2))) struct S3FailureTests {
    @Test func aServerThatGoesAwayAndComesBack() async throws {
        let proxy = try FaultyProxy(upstream: TestBucket.upstream())
        let bucket = try TestBucket(port: proxy.port)
        let key = TestBucket.prefix() + "away"
        try await bucket.client.put(key, body: [1, 2, 3])
        proxy.goAway()
        let failed = await failure { () throws(S3Error) in try await bucket.client.collect(key, limit: 3) }
        #expect(failed?.kind == .unavailable)
        #expect(bucket.client.statistics.requests(.get) == 4)
        #expect(bucket.client.statistics.snapshot.retries == 3)
        try proxy.comeBack()
        #expect(try await bucket.client.collect(key, limit: 3) == [1, 2, 3])
    }

    @Test func aTruncatedAnswerIsTakenUpWhereItBrokeOff() async throws {
        let proxy = try FaultyProxy(upstream: TestBucket.upstream())
        let bucket = try TestBucket(port: proxy.port)
        let key = TestBucket.prefix() + "truncated"
        let content = noise(3_000_000)
        try await bucket.client.put(key, body: content)
        proxy.misbehave(.truncate(after: 1_000_000), .truncate(after: 500_000), .none)
        let expected = S3Expectation(size: 3_000_000, sha256: SHA256Hasher.hash(content))
        #expect(try await bucket.client.collect(key, expecting: expected, limit: 3_000_000) == content)
        #expect(bucket.client.statistics.requests(.get) == 3)
    }

    @Test func anAnswerThatIsAlwaysTruncatedFails() async throws {
        let proxy = try FaultyProxy(upstream: TestBucket.upstream())
        let bucket = try TestBucket(port: proxy.port)
        let key = TestBucket.prefix() + "truncated"
        try await bucket.client.put(key, body: noise(3_000_000))
        proxy.misbehave(.truncate(after: 100_000))
        let failed = await failure { () throws(S3Error) in try await bucket.client.collect(key, limit: 3_000_000) }
        #expect(failed?.kind == .unavailable)
        #expect(bucket.client.statistics.requests(.get) == 4)
    }

    @Test func aStalledTransferTimesOutAndIsTriedAgain() async throws {
        let proxy = try FaultyProxy(upstream: TestBucket.upstream())
        let bucket = try TestBucket(port: proxy.port) { $0.timeouts.stall = .seconds(1) }
        let key = TestBucket.prefix() + "stalled"
        let content = noise(1_000_000)
        try await bucket.client.put(key, body: content)
        proxy.misbehave(.stall(after: 300_000), .none)
        #expect(try await bucket.client.collect(key, limit: 1_000_000) == content)
        #expect(bucket.client.statistics.requests(.get) == 2)
        let only = try TestBucket(port: proxy.port) {
            $0.timeouts.stall = .seconds(1)
            $0.retry.attempts = 1
        }
        proxy.misbehave(.stall(after: 0))
        let failed = await failure { () throws(S3Error) in try await only.client.head(key) }
        #expect(failed?.kind == .timeout)
    }

    @Test func anUploadThatIsCutOffIsSentAgain() async throws {
        let proxy = try FaultyProxy(upstream: TestBucket.upstream())
        let bucket = try TestBucket(port: proxy.port)
        let key = TestBucket.prefix() + "cut"
        proxy.misbehave(.truncate(after: 0), .none)
        let content = noise(2_000_000)
        try await bucket.client.put(key, body: content)
        #expect(try await bucket.client.collect(key, limit: 2_000_000) == content)
        #expect(bucket.client.statistics.requests(.put) == 2)
    }

    @Test func cancellationInTheMiddleOfADownload() async throws {
        let proxy = try FaultyProxy(upstream: TestBucket.upstream())
        let bucket = try TestBucket(port: proxy.port)
        let key = TestBucket.prefix() + "cancelled"
        try await bucket.client.put(key, body: noise(1_000_000))
        proxy.misbehave(.stall(after: 500_000))
        let began = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            await failure { () throws(S3Error) in
                var iterator = try await bucket.client.get(key).makeAsyncIterator()
                while try await iterator.next() != nil { began.continuation.yield() }
            }
        }
        for await _ in began.stream { break }
        task.cancel()
        #expect(await task.value?.kind == .cancelled)
        try await eventually { bucket.engine.statistics.active == 0 }
        #expect(bucket.client.statistics.requests(.get) == 1)
    }

    // MARK: Servers that answer wrongly

    private func client(
        _ server: ScriptedServer, adjust: (inout S3Configuration) -> Void = { _ in }
    ) throws -> S3Client {
        try TestBucket(port: server.port, adjust: adjust).client
    }

    @Test(arguments: ["503 Slow Down", "500 Oops", "502 Bad", "429 Too Many Requests"])
    func temporaryRefusalsAreRetried(_ status: String) async throws {
        let left = Counter(2)
        let server = try ScriptedServer { _, socket in
            left.take() ? socket.answer(status) : socket.answer("200 OK", ["ETag: \"x\""])
        }
        let client = try client(server)
        try await client.put("k", body: [1])
        #expect(client.statistics.requests(.put) == 3)
        #expect(client.statistics.snapshot.retries == 2)
        #expect(server.requests.allSatisfy { $0.body == [1] })
    }

    @Test func aLongPageBesideATemporaryRefusalIsNoMatter() async throws {
        let left = Counter(1)
        let server = try ScriptedServer { _, socket in
            left.take() ? socket.answer("502 Bad", [], noise(1_000_000)) : socket.answer("200 OK")
        }
        let client = try client(server)
        try await client.put("k", body: [1])
        #expect(client.statistics.requests(.put) == 2)
    }

    @Test func creatingAnUploadIsNotRepeatedWhenItsAnswerIsLost() async throws {
        let server = try ScriptedServer { _, _ in false }
        let client = try client(server)
        let failed = await failure { () throws(S3Error) in try await client.createMultipartUpload("k") }
        #expect(failed?.kind == .unavailable)
        #expect(client.statistics.requests(.createMultipart) == 1)
    }

    @Test(
        arguments: [
            ("200 OK", nil), ("206 Partial Content", nil), ("206 Partial Content", "bytes 1-10/100"),
            ("206 Partial Content", "bytes 0-8/100"), ("206 Partial Content", "bytes 0-9/5"),
            ("206 Partial Content", "bytes 0-9/*"), ("206 Partial Content", "bytes 0-99999999999999999999/5"),
        ] as [(String, String?)])
    func aRangeIsTakenByItsContentRange(_ status: String, _ contentRange: String?) async throws {
        let server = try ScriptedServer { _, socket in
            socket.answer(status, contentRange.map { ["Content-Range: \($0)"] } ?? [], "0123456789".utf8)
        }
        let client = try client(server)
        #expect(await failure { () throws(S3Error) in try await client.get("k", range: 0..<10) }?.kind == .corrupt)
    }

    @Test func anErrorInsideA200IsAnError() async throws {
        let server = try ScriptedServer { _, socket in
            socket.answer("200 OK", [], "<Error><Code>InvalidPart</Code><Message>a\nb</Message></Error>".utf8)
        }
        let client = try client(server)
        let failed = await failure { () throws(S3Error) in
            try await client.completeMultipartUpload("k", uploadID: "u", parts: [])
        }
        #expect(failed?.kind == .rejected(status: 200, code: "InvalidPart"))
        #expect(failed?.message == "a b")
    }

    @Test func keysThatWereNotDeletedAreReported() async throws {
        let server = try ScriptedServer { _, socket in
            let error = "<Error><Key>b</Key><Code>AccessDenied</Code><Message>no</Message></Error>"
            return socket.answer("200 OK", [], "<DeleteResult>\(error)</DeleteResult>".utf8)
        }
        let client = try client(server)
        let refused = try await client.deleteObjects(["a", "b"])
        #expect(refused == [S3DeleteFailure(key: "b", code: "AccessDenied", message: "no")])
        let request = try #require(server.requests.first)
        #expect(request.header("content-md5") == Digests.base64(Digests.md5(request.body)))
        #expect(request.line.hasPrefix("POST /mails?delete= "))
    }

    @Test(arguments: [
        "", "<html>", "<Other/>", "<ListBucketResult><Contents><Key>a</Key></Contents></ListBucketResult>",
    ])
    func nonsenseForAListingIsCorrupt(_ body: String) async throws {
        let server = try ScriptedServer { $1.answer("200 OK", [], body.utf8) }
        let client = try client(server)
        #expect(await failure { () throws(S3Error) in try await client.list() }?.kind == .corrupt)
    }

    @Test func sessionTokenAndEncryptionAreSentAndSigned() async throws {
        let server = try ScriptedServer { $1.answer("200 OK") }
        let client = try client(server) {
            $0.credentials = S3Credentials(accessKey: "a", secretKey: "b", sessionToken: "token")
            $0.serverSideEncryption = "AES256"
        }
        try await client.put("k", body: [])
        let request = try #require(server.requests.first)
        #expect(request.header("x-amz-security-token") == "token")
        #expect(request.header("x-amz-server-side-encryption") == "AES256")
        let signed = try #require(request.header("authorization"))
        #expect(signed.contains("x-amz-security-token;x-amz-server-side-encryption,"))
    }
}

/// Counts down from several threads.
final class Counter: Sendable {
    private let left: Mutex<Int>

    init(_ count: Int) { left = Mutex(count) }

    /// True as often as the count said.
    func take() -> Bool {
        left.withLock {
            $0 -= 1
            return $0 >= 0
        }
    }
}
