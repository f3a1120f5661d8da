// How to reach a bucket: endpoint, credentials, style, timeouts and retries.

/// The keys that sign requests. Printing, interpolating or reflecting a value shows none of its secrets.
package struct S3Credentials: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package let accessKey: String
    let secretKey: String
    let sessionToken: String?

    /// - Parameter sessionToken: sent as `x-amz-security-token`, for temporary credentials.
    package init(accessKey: String, secretKey: String, sessionToken: String? = nil) {
        self.accessKey = accessKey
        self.secretKey = secretKey
        self.sessionToken = sessionToken
    }

    package var description: String { "S3Credentials(accessKey: \(accessKey), secretKey: <redacted>)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: ["accessKey": accessKey]) }
}

/// How often and how patiently a failed request is sent again.
package struct S3RetryPolicy: Sendable {
    /// Requests in all, the first included; at least 1.
    package var attempts: Int
    /// The longest wait before the second request; it doubles for each that follows. The real wait is drawn evenly
    /// between nothing and that (full jitter), so that many clients do not come back at once.
    package var base: Duration
    /// The longest wait before any request.
    package var cap: Duration

    package init(attempts: Int = 4, base: Duration = .milliseconds(100), cap: Duration = .seconds(2)) {
        self.attempts = max(1, attempts)
        self.base = base
        self.cap = cap
    }
}

/// What an `S3Client` needs to know. Its description shows no secret.
package struct S3Configuration: Sendable {
    package var endpoint: S3Endpoint
    package var bucket: String
    package var region: String
    package var credentials: S3Credentials
    /// `https://endpoint/bucket/key` when true, `https://bucket.endpoint/key` when false.
    package var pathStyle: Bool
    /// A PEM file of certificate authorities to trust in place of the system's.
    package var caFile: String?
    /// The value of `x-amz-server-side-encryption` (`AES256`, `aws:kms`) for objects written; nil leaves it to the bucket.
    package var serverSideEncryption: String?
    package var timeouts: TransferTimeouts
    package var retry: S3RetryPolicy
    /// Told how long each request took until the head of its answer; nil measures nothing.
    package var observeRequest: (@Sendable (S3Operation, Duration) -> Void)?

    package init(
        endpoint: S3Endpoint, bucket: String, region: String = "us-east-1", credentials: S3Credentials,
        pathStyle: Bool = true, caFile: String? = nil, serverSideEncryption: String? = nil,
        timeouts: TransferTimeouts = TransferTimeouts(), retry: S3RetryPolicy = S3RetryPolicy()
    ) {
        self.endpoint = endpoint
        self.bucket = bucket
        self.region = region
        self.credentials = credentials
        self.pathStyle = pathStyle
        self.caFile = caFile
        self.serverSideEncryption = serverSideEncryption
        self.timeouts = timeouts
        self.retry = retry
    }

    /// The host a request goes to, as the `Host` header has it.
    var host: String { pathStyle ? endpoint.authority : "\(bucket).\(endpoint.authority)" }

    /// The canonical path of a key, or of the bucket.
    func path(of key: String?) -> String {
        let object = key.map { PercentEncoding.encode($0, keepingSlash: true) } ?? ""
        return pathStyle
            ? "/" + PercentEncoding.encode(bucket, keepingSlash: false) + (key == nil ? "" : "/" + object)
            : "/" + object
    }
}
