import LightMailCore
import S3Client

/// Whether each request that the daemons make of S3 is granted, tried on an object of its own that is gone afterwards.
struct ObjectStoreCheck {
    private static let prefix = "doctor/"

    private let s3: S3Client
    private let key: String

    init(_ s3: S3Client) {
        self.s3 = s3
        var generator = SystemRandomNumberGenerator()
        key = Self.prefix + ConnectionInfo.makeSessionID(using: &generator)
    }

    func run() async -> [Finding] {
        var findings = Findings("s3")
        // The listing comes first: its refusals say why, which those of HEAD do not.
        if let error = await attempt("LIST", "s3:ListBucket", &findings, { _ = try await s3.list(prefix: key) }),
            [.unavailable, .timeout].contains(error.kind) || error.code == "NoSuchBucket"
        {
            return findings.list
        }
        await attempt("HEAD bucket", "s3:ListBucket", &findings) { try await s3.headBucket() }
        await single(&findings)
        await multipart(&findings)
        return findings.list
    }

    private func single(_ findings: inout Findings) async {
        let body = Array("lightmailctl doctor was here".utf8)
        guard await attempt("PUT", "s3:PutObject", &findings, { try await s3.put(key, body: body) }) == nil else {
            return
        }
        await attempt("HEAD", "s3:GetObject", &findings) {
            guard try await s3.head(key).size == UInt64(body.count) else { throw Self.other(.head) }
        }
        await attempt("GET", "s3:GetObject", &findings) {
            guard try await s3.collect(key, limit: 1_000) == body else { throw Self.other(.get) }
        }
        await attempt("GET of a range", "s3:GetObject", &findings) {
            guard try await s3.collect(key, range: 3..<9, limit: 1_000) == Array(body[3..<9]) else {
                throw Self.other(.get)
            }
        }
        await attempt("LIST of what was put", "s3:ListBucket", &findings) {
            guard try await s3.list(prefix: key).objects.map(\.key) == [key] else { throw Self.other(.list) }
        }
        await attempt("DELETE of many", "s3:DeleteObject", &findings) {
            if let failure = try await s3.deleteObjects([key, key + "-other"]).first {
                throw S3Error(.accessDenied, .deleteObjects, code: failure.code, message: failure.message)
            }
        }
        await attempt("DELETE", "s3:DeleteObject", &findings) { try await s3.delete(key) }
    }

    private func multipart(_ findings: inout Findings) async {
        let key = key + "-parts"
        var uploadID = ""
        guard
            await attempt(
                "begin a multipart upload", "s3:PutObject", &findings,
                { uploadID = try await s3.createMultipartUpload(key) }) == nil
        else { return }
        let body = Array("in one part".utf8)
        let failure = await attempt("complete a multipart upload", "s3:PutObject", &findings) {
            let part = try await s3.uploadPart(key, uploadID: uploadID, number: 1, S3Body(body))
            try await s3.completeMultipartUpload(key, uploadID: uploadID, parts: [part])
            guard try await s3.collect(key, limit: 1_000) == body else { throw Self.other(.completeMultipart) }
        }
        await attempt("abort a multipart upload", "s3:AbortMultipartUpload", &findings) {
            // One that was completed is gone; what is aborted is another.
            let other = failure == nil ? try await s3.createMultipartUpload(key) : uploadID
            try await s3.abortMultipartUpload(key, uploadID: other)
        }
        // Where nothing may be deleted, that was said before.
        _ = try? await s3.delete(key)
    }

    /// What was read is not what was written.
    private static func other(_ operation: S3Operation) -> S3Error {
        S3Error(.corrupt, operation, message: "the answer is not what was stored")
    }

    /// Notes how it went.
    ///
    /// - Returns: Why it failed.
    @discardableResult
    private func attempt(
        _ verb: String, _ action: String, _ findings: inout Findings, _ body: () async throws -> Void
    ) async -> S3Error? {
        do {
            try await body()
            findings.ok(verb, "\(s3.configuration.bucket) at \(s3.configuration.endpoint)")
            return nil
        } catch {
            let error = error as? S3Error ?? S3Error(.cancelled, .get, message: "\(error)")
            findings.error(verb, "\(error)", advice: advice(for: error, action: action))
            return error
        }
    }

    private func advice(for error: S3Error, action: String) -> String {
        switch (error.code, error.kind) {
        case ("NoSuchBucket", _): "Make the bucket, or correct [s3] bucket and path_style."
        case ("InvalidAccessKeyId", _):
            "Correct [s3] access_key (a credential of systemd is seen by its service alone)."
        case ("SignatureDoesNotMatch", _): "Correct [s3] secret_key; if it is right, [s3] region and endpoint."
        case ("RequestTimeTooSkewed", _): "Correct this host's clock."
        case (_, .accessDenied):
            "Allow \(action) on the bucket, and on all that is in it, to the owner of [s3] access_key."
        case (_, .unavailable), (_, .timeout):
            "Correct [s3] endpoint and use_ssl; see whether the store runs and is reached."
        case (_, .corrupt): "Something between here and the store changes answers: a cache, or a store that S3 is not."
        default: "See what the store logs of it."
        }
    }
}
