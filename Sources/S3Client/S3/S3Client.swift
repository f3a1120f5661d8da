// The client of one bucket: forms and signs a request, sends it, sends it again where that may help.

import Glibc
import Logging
import Spans

/// A request before it is signed.
struct S3Call: Sendable {
    var operation: S3Operation
    var method: String
    /// Nil for the bucket itself.
    var key: String?
    var query: [(name: String, value: String)] = []
    /// Further headers; all are signed.
    var headers: [(name: String, value: String)] = []
    var body: S3Body?
    /// The answer is read by the caller at its own pace, so no total timeout applies.
    var isStreamed = false
    /// Sending it twice leaves what sending it once does.
    var isIdempotent = true
}

/// An answer with its whole body.
struct S3Answer: Sendable {
    let head: TransferHead
    let body: [UInt8]
    /// An earlier attempt may have been carried out though its answer was lost.
    let isRetried: Bool
}

/// One bucket of an S3 server. Any number of tasks may use it at once.
package final class S3Client: Sendable {
    /// Bytes that an error answer may have.
    private static let maximumErrorBody = 64 * 1024

    package let configuration: S3Configuration
    package let statistics = S3Statistics()
    private let engine: TransferEngine
    private let signer: RequestSigner
    private let logger: Logger
    private let now: @Sendable () -> Int64
    private let jitter: @Sendable () -> Double

    /// Opens no connection.
    /// - Parameters:
    ///   - engine: may be shared with other clients.
    ///   - now: seconds since 1970, for the signature; the server refuses one that is 15 minutes off.
    ///   - jitter: a number from 0 to 1, drawn for each wait before a retry.
    package init(
        _ configuration: S3Configuration, engine: TransferEngine = TransferEngine(), logger: Logger,
        now: @escaping @Sendable () -> Int64 = { Int64(time(nil)) },
        jitter: @escaping @Sendable () -> Double = { .random(in: 0...1) }
    ) {
        self.configuration = configuration
        self.engine = engine
        self.logger = logger
        self.now = now
        self.jitter = jitter
        signer = RequestSigner(credentials: configuration.credentials, region: configuration.region)
    }

    /// Shuts the engine down: what is under way, and all that comes, fails as `cancelled`.
    package func shutdown() async { await engine.shutdown() }

    // MARK: Sending

    /// Sends a call and reads the answer whole.
    /// - Parameter limit: bytes that the body may have.
    func answer(_ call: S3Call, limit: Int = S3Client.maximumErrorBody) async throws(S3Error) -> S3Answer {
        try await perform(call) { (response, isRetried) throws(TransferError) in
            let body = try await response.body.collect(limit: limit)
            return S3Answer(head: response.head, body: body, isRetried: isRetried)
        }
    }

    /// Sends a call and returns with the body of the answer still to be read.
    func open(_ call: S3Call) async throws(S3Error) -> TransferResponse {
        try await perform(call) { (response, _) throws(TransferError) in response }
    }

    private func perform<T: Sendable>(
        _ call: S3Call, _ consume: (TransferResponse, _ isRetried: Bool) async throws(TransferError) -> T
    ) async throws(S3Error) -> T {
        if let key = call.key { try check(key, call.operation) }
        return try await Spans.run(
            "s3.\(call.operation.rawValue)", .client, call.key.map { ["s3.key": .string($0)] } ?? [:]
        ) { () throws(S3Error) in try await attempt(call, consume) }
    }

    private func attempt<T: Sendable>(
        _ call: S3Call, _ consume: (TransferResponse, _ isRetried: Bool) async throws(TransferError) -> T
    ) async throws(S3Error) -> T {
        var attempt = 1
        while true {
            statistics.started(call.operation, isRetry: attempt > 1)
            let error: S3Error
            let mayRetry: Bool
            do throws(TransferError) {
                let start = ContinuousClock.now
                let response = try await engine.send(signed(call))
                configuration.observeRequest?(call.operation, .now - start)
                statistics.sent(call.body?.length ?? 0)
                if (200...299).contains(response.status) {
                    return try await consume(response, attempt > 1)
                }
                // The status says enough where the body cannot be read, or is some proxy's long page.
                let body = try? await response.body.collect(limit: Self.maximumErrorBody)
                let refusal = S3Refusal(status: response.status, body: body ?? [])
                error = refusal.error(call.operation)
                mayRetry = refusal.isTemporary
            } catch let failure {
                error = S3Error(failure, call.operation)
                mayRetry = failure.mayRetry(isIdempotent: call.isIdempotent)
            }
            guard mayRetry, attempt < configuration.retry.attempts else {
                statistics.failed(call.operation)
                throw error
            }
            logger.info(
                "S3 request failed and is sent again",
                metadata: [
                    "operation": "\(call.operation.rawValue)", "key": "\(call.key ?? "")", "attempt": "\(attempt)",
                    "error": "\(error)",
                ])
            try await pause(before: attempt, call.operation)
            attempt += 1
        }
    }

    /// Waits before attempt `attempt + 1`: full jitter under an exponential bound.
    func pause(before attempt: Int, _ operation: S3Operation) async throws(S3Error) {
        let bound = min(configuration.retry.cap, configuration.retry.base * (1 << min(attempt - 1, 20)))
        do {
            try await Task.sleep(for: bound * jitter())
        } catch {
            throw S3Error(.cancelled, operation, message: "cancelled")
        }
    }

    private func signed(_ call: S3Call) -> TransferRequest {
        let time = SigningTime(secondsSince1970: now())
        let path = configuration.path(of: call.key)
        let query = RequestSigner.canonicalQuery(call.query)
        let payloadHash = call.body.map { Digests.hex($0.sha256) } ?? RequestSigner.emptyPayload
        var headers = call.headers
        headers.append((name: "Host", value: configuration.host))
        headers.append((name: "x-amz-date", value: time.dateTime))
        headers.append((name: "x-amz-content-sha256", value: payloadHash))
        if let token = configuration.credentials.sessionToken {
            headers.append((name: "x-amz-security-token", value: token))
        }
        let authorization = signer.authorization(
            method: call.method, path: path, query: query, headers: headers, payloadHash: payloadHash, time: time)
        headers.append((name: "Authorization", value: authorization))
        var timeouts = configuration.timeouts
        timeouts.total = call.isStreamed ? nil : timeouts.total.map { $0 + Self.allowance(for: call.body) }
        return TransferRequest(
            method: call.method,
            url: "\(configuration.endpoint.useTLS ? "https" : "http")://\(configuration.host)\(path)"
                + (query.isEmpty ? "" : "?\(query)"),
            headers: headers, body: call.body?.content ?? .none, timeouts: timeouts, caFile: configuration.caFile)
    }

    /// A long body may take longer: a second for every 64 KiB.
    private static func allowance(for body: S3Body?) -> Duration { .seconds(Int64((body?.length ?? 0) / 65_536)) }

    /// S3 takes 1 to 1,024 octets of UTF-8.
    func check(_ key: String, _ operation: S3Operation) throws(S3Error) {
        guard (1...1024).contains(key.utf8.count), !key.utf8.contains(0) else {
            throw S3Error(.invalid, operation, message: "a key has 1 to 1,024 octets and no NUL")
        }
    }
}
