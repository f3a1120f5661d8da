// The operations against the real server.

import Glibc
import Testing

@testable import S3Client

@Suite(.timeLimit(.minutes(3))) struct S3ClientTests {
    @Test(arguments: [
        "plain.eml", "a b+c&d=e?f#g.eml", "ümläut/日本.eml", "quote\"'<&>.eml", "100%25.eml", "tilde~(1)*!.eml",
        "emoji-😀.eml", "semi;colon:@,$.eml",
    ])
    func anyKeyIsStoredListedReadAndDeleted(_ name: String) async throws {
        let client = try TestBucket().client
        let prefix = TestBucket.prefix()
        let content = noise(1000)
        try await client.put(prefix + name, body: content)
        #expect(try await client.collect(prefix + name, limit: 1000) == content)
        #expect(try await client.head(prefix + name).size == 1000)
        let page = try await client.list(prefix: prefix)
        #expect(page.objects.map(\.key) == [prefix + name])
        #expect(page.objects.first?.size == 1000)
        #expect(abs((page.objects.first?.lastModified ?? 0) - Int64(time(nil))) < 600)
        #expect(try await client.deleteObjects([prefix + name]) == [])
        #expect(await failure { () throws(S3Error) in try await client.head(prefix + name) }?.kind == .notFound)
        let counts = client.statistics.snapshot
        #expect(counts.requests == [.put: 1, .get: 1, .head: 2, .list: 1, .deleteObjects: 1])
        #expect(counts.failures == [.head: 1])
        #expect(counts.retries == 0)
    }

    @Test func emptyObject() async throws {
        let client = try TestBucket().client
        let key = TestBucket.prefix() + "empty"
        try await client.put(key, body: [])
        let expected = S3Expectation(size: 0, sha256: SHA256Hasher.hash([]))
        #expect(try await client.collect(key, expecting: expected, limit: 0) == [])
        try await client.delete(key)
        try await client.delete(key)
    }

    @Test func ranges() async throws {
        let client = try TestBucket().client
        let key = TestBucket.prefix() + "ranges"
        let content = noise(100_000)
        try await client.put(key, body: content)
        for range: Range<UInt64> in [0..<1, 0..<100_000, 99_999..<100_000, 12_345..<67_890] {
            let bytes = try await client.collect(key, range: range, limit: 100_000)
            #expect(bytes == Array(content[Int(range.lowerBound)..<Int(range.upperBound)]))
        }
        let download = try await client.get(key, range: 90_000..<200_000)
        #expect(download.contentLength == 10_000)
        #expect(download.objectSize == 100_000)
        let beyond = await failure { () throws(S3Error) in try await client.get(key, range: 100_000..<100_001) }
        #expect(beyond?.kind == .rejected(status: 416, code: "InvalidRange"))
        let empty = await failure { () throws(S3Error) in try await client.get(key, range: 5..<5) }
        #expect(empty?.kind == .invalid)
        let long = await failure { () throws(S3Error) in try await client.collect(key, limit: 99_999) }
        #expect(long?.kind == .invalid)
    }

    @Test func aWrongHashIsFoundBeforeTheLastByte() async throws {
        let client = try TestBucket().client
        let key = TestBucket.prefix() + "hash"
        let content = noise(300_000)
        try await client.put(key, body: content)
        let right = S3Expectation(size: 300_000, sha256: SHA256Hasher.hash(content))
        #expect(try await client.collect(key, expecting: right, limit: 300_000) == content)

        let wrong = S3Expectation(size: 300_000, sha256: SHA256Hasher.hash([]))
        var handedOut = 0
        var iterator = try await client.get(key, expecting: wrong).makeAsyncIterator()
        await #expect(throws: S3Error.self) { while let bytes = try await iterator.next() { handedOut += bytes.count } }
        #expect(handedOut < content.count)
        #expect(try await iterator.next() == nil)

        let short = S3Expectation(size: 299_999, sha256: right.sha256)
        let failed = await failure { () throws(S3Error) in try await client.get(key, expecting: short) }
        #expect(failed?.kind == .corrupt)
    }

    @Test func aBodyThatIsNotWhatItsHashSaysIsRefused() async throws {
        let client = try TestBucket().client
        let body = S3Body([1, 2, 3], sha256: SHA256Hasher.hash([]))
        let failed = await failure { () throws(S3Error) in try await client.put(TestBucket.prefix() + "x", body) }
        #expect(failed?.code == "XAmzContentSHA256Mismatch")
    }

    @Test func multipartOf20Megabytes() async throws {
        let client = try TestBucket().client
        let prefix = TestBucket.prefix()
        let key = prefix + "large object.eml"
        let content = noise(20_000_000)
        let uploadID = try await client.createMultipartUpload(key)
        #expect(try await client.listMultipartUploads(prefix: key).map(\.uploadID) == [uploadID])
        let file = try SpoolFile(directory: "/tmp")
        try file.write(content, at: 0)
        var parts: [S3Part] = []
        for (index, offset) in stride(from: 0, to: content.count, by: 8 << 20).enumerated() {
            let length = min(8 << 20, content.count - offset)
            let body = S3Body(
                file: file, offset: UInt64(offset), length: UInt64(length),
                sha256: SHA256Hasher.hash(Array(content[offset..<offset + length])))
            parts.append(try await client.uploadPart(key, uploadID: uploadID, number: index + 1, body))
        }
        try await client.completeMultipartUpload(key, uploadID: uploadID, parts: parts.reversed())
        let expected = S3Expectation(size: 20_000_000, sha256: SHA256Hasher.hash(content))
        #expect(try await client.collect(key, expecting: expected, limit: 20_000_000) == content)
        #expect(try await client.listMultipartUploads(prefix: key) == [])
        // Completing once more meets an upload that is gone and an object that is there: as after a lost answer.
        try await client.completeMultipartUpload(key, uploadID: uploadID, parts: parts)
        try await client.delete(key)
        #expect(client.statistics.requests(.uploadPart) == 3)
        #expect(client.statistics.snapshot.bytesSent >= 20_000_000)
    }

    @Test func anAbortedUploadLeavesNothing() async throws {
        let client = try TestBucket().client
        let key = TestBucket.prefix() + "aborted"
        let uploadID = try await client.createMultipartUpload(key)
        _ = try await client.uploadPart(key, uploadID: uploadID, number: 1, S3Body([1]))
        try await client.abortMultipartUpload(key, uploadID: uploadID)
        try await client.abortMultipartUpload(key, uploadID: uploadID)
        #expect(try await client.listMultipartUploads(prefix: key) == [])
        #expect(await failure { () throws(S3Error) in try await client.head(key) }?.kind == .notFound)
        let part = await failure { () throws(S3Error) in
            try await client.uploadPart(key, uploadID: uploadID, number: 1, S3Body([1]))
        }
        #expect(part?.kind == .notFound)
        #expect(part?.code == "NoSuchUpload")
        let number = await failure { () throws(S3Error) in
            try await client.uploadPart(key, uploadID: uploadID, number: 10_001, S3Body([1]))
        }
        #expect(number?.kind == .invalid)
    }

    @Test func aThousandKeysArePagedAndDeletedAtOnce() async throws {
        let client = try TestBucket().client
        let prefix = TestBucket.prefix()
        let keys = (0..<1000).map { "\(prefix)\(String(10_000 + $0)).eml" }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, key) in keys.enumerated() {
                if index >= 16 { try await group.next() }
                group.addTask { try await client.put(key, body: [1]) }
            }
            try await group.waitForAll()
        }
        var listed: [String] = []
        var page: S3ListPage
        repeat {
            page = try await client.list(prefix: prefix, startAfter: listed.last, limit: 300)
            listed += page.objects.map(\.key)
        } while page.isTruncated
        #expect(listed == keys)
        #expect(client.statistics.requests(.list) == 4)
        #expect(try await client.deleteObjects(keys) == [])
        #expect(try await client.list(prefix: prefix).objects.isEmpty)
        #expect(client.statistics.requests(.deleteObjects) == 1)
        let tooMany = await failure { () throws(S3Error) in try await client.deleteObjects(keys + ["x"]) }
        #expect(tooMany?.kind == .invalid)
        #expect(try await client.deleteObjects([]) == [])
    }

    @Test func whatIsMissingIsSaidToBe() async throws {
        let client = try TestBucket().client
        let key = await failure { () throws(S3Error) in try await client.get("s3client-tests/never") }
        #expect(key?.kind == .notFound)
        #expect(key?.code == "NoSuchKey")
        let other = try TestBucket { $0.bucket = "no-such-bucket-here" }.client
        let bucket = await failure { () throws(S3Error) in try await other.put("x", body: [1]) }
        #expect(bucket?.kind == .notFound)
        #expect(bucket?.code == "NoSuchBucket")
        #expect(await failure { () throws(S3Error) in try await other.headBucket() }?.kind == .notFound)
        try await client.headBucket()
        try await client.createBucket()
    }

    @Test func wrongCredentialsAreRefusedAtOnce() async throws {
        let client = try TestBucket {
            $0.credentials = S3Credentials(accessKey: $0.credentials.accessKey, secretKey: "wrong")
        }.client
        let failed = await failure { () throws(S3Error) in try await client.put("s3client-tests/x", body: [1]) }
        #expect(failed?.kind == .accessDenied)
        #expect(failed?.code == "SignatureDoesNotMatch")
        #expect(client.statistics.requests(.put) == 1)
        #expect("\(String(describing: failed))".contains("wrong") == false)
    }

    @Test(arguments: ["", String(repeating: "x", count: 1025), "a\0b"]) func impossibleKeys(_ key: String) async throws
    {
        let client = try TestBucket().client
        #expect(await failure { () throws(S3Error) in try await client.put(key, body: []) }?.kind == .invalid)
        #expect(client.statistics.snapshot.totalRequests == 0)
    }
}
