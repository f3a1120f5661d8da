// Single objects: put, get, head, delete.

extension S3Client {
    /// PutObject: stores an object, in place of any other of that key.
    package func put(
        _ key: String, _ body: S3Body, contentType: String = "application/octet-stream"
    ) async throws(S3Error) {
        _ = try await answer(
            S3Call(
                operation: .put, method: "PUT", key: key,
                headers: [(name: "Content-Type", value: contentType)] + encryptionHeaders, body: body))
    }

    /// PutObject of bytes.
    package func put(
        _ key: String, body: [UInt8], contentType: String = "application/octet-stream"
    ) async throws(S3Error) {
        try await put(key, S3Body(body), contentType: contentType)
    }

    /// GetObject: the bytes as they come, the next ones asked for as the reader takes them.
    /// - Parameters:
    ///   - range: of bytes, not empty; it may reach beyond the end of the object. Nil for the whole.
    ///   - expected: of the whole object. What differs ends in `corrupt` before the last byte is handed out.
    /// - Throws: `notFound`; `corrupt` when the answer is not the range asked for.
    package func get(
        _ key: String, range: Range<UInt64>? = nil, expecting expected: S3Expectation? = nil
    ) async throws(S3Error) -> S3Download {
        if let range, range.isEmpty { throw S3Error(.invalid, .get, message: "the range is empty") }
        let response = try await open(Self.getCall(key, range: range))
        return try S3Download(client: self, key: key, range: range, expected: expected, response: response)
    }

    /// GetObject into memory.
    /// - Parameter limit: bytes that it may have; more is `invalid`, and is not read.
    package func collect(
        _ key: String, range: Range<UInt64>? = nil, expecting expected: S3Expectation? = nil, limit: Int
    ) async throws(S3Error) -> [UInt8] {
        let download = try await get(key, range: range, expecting: expected)
        guard download.contentLength <= UInt64(limit) else {
            throw S3Error(.invalid, .get, message: "\(download.contentLength) bytes are more than \(limit)")
        }
        var result: [UInt8] = []
        result.reserveCapacity(Int(download.contentLength))
        var iterator = download.makeAsyncIterator()
        while let bytes = try await iterator.next() { result += bytes }
        return result
    }

    /// HeadObject.
    package func head(_ key: String) async throws(S3Error) -> S3ObjectInfo {
        let head = try await answer(S3Call(operation: .head, method: "HEAD", key: key)).head
        guard let size = head.header("content-length").flatMap({ UInt64($0) }) else {
            throw S3Error(.corrupt, .head, message: "the answer has no Content-Length")
        }
        return S3ObjectInfo(size: size, eTag: head.header("etag"))
    }

    /// DeleteObject. A key that is not there counts as deleted.
    package func delete(_ key: String) async throws(S3Error) {
        _ = try await answer(S3Call(operation: .delete, method: "DELETE", key: key))
    }

    /// CreateBucket, for the configured bucket. Having it already is fine.
    package func createBucket() async throws(S3Error) {
        do throws(S3Error) {
            _ = try await answer(S3Call(operation: .createBucket, method: "PUT"))
        } catch {
            guard error.code == "BucketAlreadyOwnedByYou" else { throw error }
        }
    }

    /// HeadBucket: that the bucket is there and may be used.
    package func headBucket() async throws(S3Error) {
        _ = try await answer(S3Call(operation: .headBucket, method: "HEAD"))
    }

    static func getCall(_ key: String, range: Range<UInt64>?, ifMatch eTag: String? = nil) -> S3Call {
        var call = S3Call(operation: .get, method: "GET", key: key, isStreamed: true)
        if let range {
            call.headers.append((name: "Range", value: "bytes=\(range.lowerBound)-\(range.upperBound - 1)"))
        }
        if let eTag { call.headers.append((name: "If-Match", value: eTag)) }
        return call
    }

    var encryptionHeaders: [(name: String, value: String)] {
        configuration.serverSideEncryption.map { [(name: "x-amz-server-side-encryption", value: $0)] } ?? []
    }
}
