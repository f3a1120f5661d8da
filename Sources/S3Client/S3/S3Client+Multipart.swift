// Multipart uploads: create, parts, complete, abort, and those that somebody left behind.

extension S3Client {
    /// The least bytes of a part that is not the last.
    package static let minimumPartSize: UInt64 = 5 * 1024 * 1024
    /// The most parts of an upload.
    package static let maximumParts = 10_000

    /// CreateMultipartUpload.
    /// - Returns: the upload's id. Until completed or aborted the parts take space that no listing of objects shows.
    package func createMultipartUpload(
        _ key: String, contentType: String = "application/octet-stream"
    ) async throws(S3Error) -> String {
        let call = S3Call(
            operation: .createMultipart, method: "POST", key: key, query: [(name: "uploads", value: "")],
            headers: [(name: "Content-Type", value: contentType)] + encryptionHeaders,
            // A second one whose first answer was lost would leave an upload that nobody knows.
            isIdempotent: false)
        let root = try await document(call, root: "InitiateMultipartUploadResult")
        guard let uploadID = root.text(of: "UploadId"), !uploadID.isEmpty else {
            throw S3Error(.corrupt, .createMultipart, message: "the answer has no UploadId")
        }
        return uploadID
    }

    /// UploadPart.
    /// - Parameter number: 1 to 10,000; a part of that number already there is replaced.
    package func uploadPart(
        _ key: String, uploadID: String, number: Int, _ body: S3Body
    ) async throws(S3Error) -> S3Part {
        guard (1...Self.maximumParts).contains(number) else {
            throw S3Error(.invalid, .uploadPart, message: "there is no part \(number)")
        }
        let call = S3Call(
            operation: .uploadPart, method: "PUT", key: key,
            query: [(name: "partNumber", value: String(number)), (name: "uploadId", value: uploadID)], body: body)
        guard let eTag = try await answer(call).head.header("etag") else {
            throw S3Error(.corrupt, .uploadPart, message: "the answer has no ETag")
        }
        return S3Part(number: number, eTag: eTag, size: body.length)
    }

    /// CompleteMultipartUpload: makes the object of the parts, in the order of their numbers.
    package func completeMultipartUpload(
        _ key: String, uploadID: String, parts: [S3Part]
    ) async throws(S3Error) {
        var text = "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
        for part in parts.sorted(by: { $0.number < $1.number }) {
            let eTag = XMLText.escape(part.eTag) ?? ""
            text += "<Part><PartNumber>\(part.number)</PartNumber><ETag>\(eTag)</ETag></Part>"
        }
        let call = S3Call(
            operation: .completeMultipart, method: "POST", key: key, query: [(name: "uploadId", value: uploadID)],
            headers: [(name: "Content-Type", value: "application/xml")],
            body: S3Body(Array((text + "</CompleteMultipartUpload>").utf8)))
        do throws(S3Error) {
            _ = try await document(call, root: "CompleteMultipartUploadResult")
        } catch {
            // The first try may have done it and its answer been lost: then the upload is gone and the object is there.
            guard error.kind == .notFound, error.code != "NoSuchBucket",
                let info = try? await head(key), info.size == parts.reduce(0, { $0 + $1.size })
            else { throw error }
        }
    }

    /// AbortMultipartUpload: frees its parts. An upload that is not there counts as aborted.
    package func abortMultipartUpload(_ key: String, uploadID: String) async throws(S3Error) {
        do throws(S3Error) {
            _ = try await answer(
                S3Call(
                    operation: .abortMultipart, method: "DELETE", key: key,
                    query: [(name: "uploadId", value: uploadID)]))
        } catch {
            guard error.kind == .notFound, error.code != "NoSuchBucket" else { throw error }
        }
    }

    /// ListMultipartUploads: those neither completed nor aborted, at most 1,000 of them.
    package func listMultipartUploads(prefix: String = "") async throws(S3Error) -> [S3MultipartUpload] {
        let call = S3Call(
            operation: .listMultipart, method: "GET",
            query: [
                (name: "uploads", value: ""), (name: "prefix", value: prefix), (name: "encoding-type", value: "url"),
                (name: "max-uploads", value: String(Self.maximumKeys)),
            ])
        let root = try await document(call, root: "ListMultipartUploadsResult")
        let isEncoded = root.text(of: "EncodingType") == "url"
        var uploads: [S3MultipartUpload] = []
        for element in root.children(named: "Upload") {
            guard let raw = element.text(of: "Key"), let key = isEncoded ? PercentEncoding.decode(raw) : raw,
                let uploadID = element.text(of: "UploadId"),
                let time = element.text(of: "Initiated").flatMap({ SigningTime(iso8601: $0) })
            else { throw S3Error(.corrupt, .listMultipart, message: "an upload lacks key, id or time") }
            uploads.append(S3MultipartUpload(key: key, uploadID: uploadID, initiated: time.secondsSince1970))
        }
        return uploads
    }
}
