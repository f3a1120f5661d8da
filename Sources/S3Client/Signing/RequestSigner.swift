// AWS Signature Version 4 in the Authorization header, as "Authenticating Requests: Using the Authorization Header" of
// the Amazon S3 API reference lays it down.

/// Signs requests to one region with one pair of keys.
struct RequestSigner: Sendable {
    let credentials: S3Credentials
    let region: String
    let service: String

    init(credentials: S3Credentials, region: String, service: String = "s3") {
        self.credentials = credentials
        self.region = region
        self.service = service
    }

    /// The SHA-256 of no bytes, in hexadecimal.
    static let emptyPayload = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

    /// The value of the `Authorization` header.
    /// - Parameters:
    ///   - path: percent-encoded, as it is sent.
    ///   - query: as `canonicalQuery` makes it, and as it is sent.
    ///   - headers: all that are to be signed, `host` among them, in any order.
    ///   - payloadHash: the value of `x-amz-content-sha256`.
    func authorization(
        method: String, path: String, query: String, headers: [(name: String, value: String)], payloadHash: String,
        time: SigningTime
    ) -> String {
        let canonical = headers.map { (name: $0.name.lowercased(), value: Self.collapse($0.value)) }
            .sorted { $0.name < $1.name }
        let names = canonical.map(\.name).joined(separator: ";")
        let request = [
            method, path, query, canonical.map { "\($0.name):\($0.value)\n" }.joined(), names, payloadHash,
        ].joined(separator: "\n")
        let scope = "\(time.date)/\(region)/\(service)/aws4_request"
        let hash = Digests.hex(SHA256Hasher.hash(Array(request.utf8)))
        let toSign = "AWS4-HMAC-SHA256\n\(time.dateTime)\n\(scope)\n\(hash)"
        let key = [time.date, region, service, "aws4_request"]
            .reduce(Array("AWS4\(credentials.secretKey)".utf8)) { Digests.hmac(key: $0, $1) }
        let signature = Digests.hex(Digests.hmac(key: key, toSign))
        return "AWS4-HMAC-SHA256 Credential=\(credentials.accessKey)/\(scope),SignedHeaders=\(names),"
            + "Signature=\(signature)"
    }

    /// Encoded, and sorted by encoded name and then by encoded value.
    static func canonicalQuery(_ query: [(name: String, value: String)]) -> String {
        query.map {
            (
                name: PercentEncoding.encode($0.name, keepingSlash: false),
                value: PercentEncoding.encode($0.value, keepingSlash: false)
            )
        }
        .sorted { ($0.name, $0.value) < ($1.name, $1.value) }
        .map { "\($0.name)=\($0.value)" }
        .joined(separator: "&")
    }

    /// Without spaces at either end, and a run of them within made one.
    private static func collapse(_ value: String) -> String {
        value.split(whereSeparator: { $0 == " " || $0 == "\t" }).joined(separator: " ")
    }
}
