// The signature against the examples that Amazon publishes.

import Testing

@testable import S3Client

@Suite struct RequestSignerTests {
    struct Example: Sendable, CustomTestStringConvertible {
        let name: String
        let method: String
        let path: String
        let query: [(name: String, value: String)]
        let headers: [(name: String, value: String)]
        let payload: String
        let signature: String
        var testDescription: String { name }
    }

    /// "Signature Calculations for the Authorization Header" of the Amazon S3 API reference.
    static let examples = [
        Example(
            name: "GET Object", method: "GET", path: "/test.txt", query: [],
            headers: [(name: "Range", value: "bytes=0-9")], payload: "",
            signature: "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"),
        Example(
            name: "PUT Object", method: "PUT", path: "/" + PercentEncoding.encode("test$file.text", keepingSlash: true),
            query: [],
            headers: [
                (name: "Date", value: "Fri, 24 May 2013 00:00:00 GMT"),
                (name: "x-amz-storage-class", value: "REDUCED_REDUNDANCY"),
            ], payload: "Welcome to Amazon S3.",
            signature: "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"),
        Example(
            name: "GET Bucket Lifecycle", method: "GET", path: "/", query: [(name: "lifecycle", value: "")],
            headers: [], payload: "",
            signature: "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
        Example(
            name: "GET Bucket, unsorted query", method: "GET", path: "/",
            query: [(name: "prefix", value: "J"), (name: "max-keys", value: "2")], headers: [], payload: "",
            signature: "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
    ]

    @Test(arguments: examples) func publishedExample(_ example: Example) throws {
        let signer = RequestSigner(
            credentials: S3Credentials(
                accessKey: "AKIAIOSFODNN7EXAMPLE", secretKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
            region: "us-east-1")
        let payloadHash = Digests.hex(SHA256Hasher.hash(Array(example.payload.utf8)))
        let headers =
            example.headers + [
                (name: "x-amz-date", value: "20130524T000000Z"), (name: "x-amz-content-sha256", value: payloadHash),
                (name: "Host", value: "examplebucket.s3.amazonaws.com"),
            ]
        let authorization = signer.authorization(
            method: example.method, path: example.path, query: RequestSigner.canonicalQuery(example.query),
            headers: headers, payloadHash: payloadHash,
            time: try #require(SigningTime(iso8601: "2013-05-24T00:00:00Z")))
        #expect(authorization.hasSuffix("Signature=\(example.signature)"))
        #expect(authorization.contains("Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"))
        let names = headers.map { $0.name.lowercased() }.sorted().joined(separator: ";")
        #expect(authorization.contains("SignedHeaders=\(names),"))
    }

    @Test func queryIsSortedByEncodedNameThenValue() {
        let query = [("b", "2"), ("a-", "x"), ("a", "z y"), ("a", "1/+"), ("é", "")].map { (name: $0.0, value: $0.1) }
        #expect(RequestSigner.canonicalQuery(query) == "%C3%A9=&a=1%2F%2B&a=z%20y&a-=x&b=2")
    }

    @Test func emptyPayloadIsTheHashOfNothing() {
        #expect(Digests.hex(SHA256Hasher.hash([])) == RequestSigner.emptyPayload)
    }
}
