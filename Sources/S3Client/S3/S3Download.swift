// The bytes of an object or of a range of it, as they come, checked before the last of them is handed out.

/// What the whole object must be.
package struct S3Expectation: Sendable, Equatable {
    /// In bytes.
    package let size: UInt64
    /// 32 bytes.
    package let sha256: [UInt8]

    package init(size: UInt64, sha256: [UInt8]) {
        self.size = size
        self.sha256 = sha256
    }
}

/// A GET under way, to be iterated once. Dropping it, or cancelling the task that reads it, ends the transfer.
///
/// A connection that breaks off, or that the server gave up because the reader was slow, is replaced by a new request
/// for the rest of the same entity, within the client's bound of attempts.
package struct S3Download: AsyncSequence, Sendable {
    package typealias Element = [UInt8]

    /// Bytes that will come: of the range where one was asked for.
    package let contentLength: UInt64
    /// Bytes of the whole object.
    package let objectSize: UInt64
    package let eTag: String?

    fileprivate let client: S3Client
    fileprivate let key: String
    fileprivate let start: UInt64
    fileprivate let expected: S3Expectation?
    fileprivate let body: TransferredBody

    init(
        client: S3Client, key: String, range: Range<UInt64>?, expected: S3Expectation?, response: TransferResponse
    ) throws(S3Error) {
        let span = try Self.span(of: response, asked: range)
        contentLength = span.end - span.start
        objectSize = span.total
        if let expected, span.total != expected.size {
            throw S3Error(.corrupt, .get, message: "the object has \(span.total) bytes and not \(expected.size)")
        }
        self.client = client
        self.key = key
        self.expected = range == nil ? expected : nil
        start = span.start
        eTag = response.head.header("etag")
        body = response.body
    }

    package func makeAsyncIterator() -> Iterator { Iterator(self) }

    /// Which bytes the answer holds. A ranged answer is taken by its Content-Range (RFC 9110 14.4), never on trust.
    fileprivate static func span(
        of response: TransferResponse, asked: Range<UInt64>?
    ) throws(S3Error) -> (start: UInt64, end: UInt64, total: UInt64) {
        let length = response.head.header("content-length").flatMap { UInt64($0) }
        guard let asked else {
            guard response.status == 200, let length else {
                throw S3Error(.corrupt, .get, message: "the answer is not a whole object with its Content-Length")
            }
            return (0, length, length)
        }
        guard response.status == 206, let text = response.head.header("content-range"),
            let (start, end, total) = parseContentRange(text), start == asked.lowerBound,
            end == Swift.min(asked.upperBound, total), length == nil || length == end - start
        else {
            throw S3Error(.corrupt, .get, message: "the answer is not the range \(asked) that was asked for")
        }
        return (start, end, total)
    }

    /// `bytes 0-9/100`, as a half-open range and a total.
    private static func parseContentRange(_ text: String) -> (start: UInt64, end: UInt64, total: UInt64)? {
        guard text.hasPrefix("bytes ") else { return nil }
        let numbers = text.dropFirst(6).split(omittingEmptySubsequences: false) { $0 == "-" || $0 == "/" }
        guard numbers.count == 3, let first = UInt64(numbers[0]), let last = UInt64(numbers[1]),
            let total = UInt64(numbers[2]), first <= last, last < total
        else { return nil }
        return (first, last + 1, total)
    }

    package struct Iterator: AsyncIteratorProtocol {
        private let download: S3Download
        private var body: TransferredBody
        private let hasher: SHA256Hasher?
        private var received: UInt64 = 0
        private var attempt = 1
        private var isFinished = false

        fileprivate init(_ download: S3Download) {
            self.download = download
            body = download.body
            hasher = download.expected == nil ? nil : SHA256Hasher()
        }

        package mutating func next(isolation actor: isolated (any Actor)?) async throws(S3Error) -> [UInt8]? {
            try await next()
        }

        /// The next bytes, never empty; nil when all have come and are what they should be.
        package nonisolated(nonsending) mutating func next() async throws(S3Error) -> [UInt8]? {
            if isFinished { return nil }
            do throws(S3Error) {
                guard let bytes = try await nextOfAnyBody() else {
                    try verify()
                    isFinished = true
                    return nil
                }
                received += UInt64(bytes.count)
                download.client.statistics.received(bytes.count)
                hasher?.update(bytes)
                if received >= download.contentLength {
                    try verify()
                    isFinished = true
                }
                return bytes
            } catch {
                isFinished = true
                download.client.statistics.failed(.get)
                throw error
            }
        }

        private func verify() throws(S3Error) {
            guard received == download.contentLength else {
                throw S3Error(.corrupt, .get, message: "\(received) bytes came of \(download.contentLength)")
            }
            if let hasher, let expected = download.expected, hasher.finish() != expected.sha256 {
                throw S3Error(.corrupt, .get, message: "the SHA-256 of the object is not the one it was stored with")
            }
        }

        /// Goes over to a new request when a connection breaks off.
        private nonisolated(nonsending) mutating func nextOfAnyBody() async throws(S3Error) -> [UInt8]? {
            while true {
                do throws(TransferError) {
                    return try await body.next()
                } catch {
                    let client = download.client
                    guard error.mayRetry(isIdempotent: true), let eTag = download.eTag,
                        attempt < client.configuration.retry.attempts
                    else { throw S3Error(error, .get) }
                    try await client.pause(before: attempt, .get)
                    attempt += 1
                    body = try await rest(of: eTag, from: client)
                }
            }
        }

        private nonisolated(nonsending) func rest(of eTag: String, from client: S3Client) async throws(S3Error)
            -> TransferredBody
        {
            let range = (download.start + received)..<(download.start + download.contentLength)
            let response = try await client.open(S3Client.getCall(download.key, range: range, ifMatch: eTag))
            let span = try S3Download.span(of: response, asked: range)
            guard span.total == download.objectSize, span.end == range.upperBound else {
                throw S3Error(.corrupt, .get, message: "the object changed while it was read")
            }
            return response.body
        }
    }
}
