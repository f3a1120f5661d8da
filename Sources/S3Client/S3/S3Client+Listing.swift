// Many objects at once: ListObjectsV2 and DeleteObjects.

import XMLSyntax

extension S3Client {
    /// The most keys that one listing or one DeleteObjects may have.
    package static let maximumKeys = 1000

    /// ListObjectsV2: a page of keys in the order of their octets.
    /// - Parameters:
    ///   - prefix: of the keys to list.
    ///   - startAfter: lists keys beyond this one; it need not exist.
    ///   - limit: 1 to 1,000.
    package func list(
        prefix: String = "", startAfter: String? = nil, limit: Int = S3Client.maximumKeys
    ) async throws(S3Error) -> S3ListPage {
        var call = S3Call(
            operation: .list, method: "GET",
            query: [
                (name: "list-type", value: "2"), (name: "prefix", value: prefix),
                (name: "max-keys", value: String(min(max(limit, 1), Self.maximumKeys))),
                // XML cannot carry every character that a key may have.
                (name: "encoding-type", value: "url"),
            ])
        if let startAfter { call.query.append((name: "start-after", value: startAfter)) }
        let root = try await document(call, root: "ListBucketResult")
        let isEncoded = root.text(of: "EncodingType") == "url"
        var objects: [S3Object] = []
        for element in root.children(named: "Contents") {
            guard let raw = element.text(of: "Key"), let key = isEncoded ? PercentEncoding.decode(raw) : raw,
                let size = element.text(of: "Size").flatMap({ UInt64($0) }),
                let time = element.text(of: "LastModified").flatMap({ SigningTime(iso8601: $0) })
            else { throw S3Error(.corrupt, .list, message: "an object in the listing lacks key, size or time") }
            objects.append(S3Object(key: key, size: size, lastModified: time.secondsSince1970))
        }
        return S3ListPage(objects: objects, isTruncated: root.text(of: "IsTruncated") == "true")
    }

    /// DeleteObjects: up to 1,000 keys in one request. A key that is not there counts as deleted.
    /// - Returns: the keys that the server did not delete.
    package func deleteObjects(_ keys: [String]) async throws(S3Error) -> [S3DeleteFailure] {
        guard !keys.isEmpty else { return [] }
        guard keys.count <= Self.maximumKeys else {
            throw S3Error(.invalid, .deleteObjects, message: "\(keys.count) keys are more than \(Self.maximumKeys)")
        }
        var text = "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Quiet>true</Quiet>"
        for key in keys {
            try check(key, .deleteObjects)
            guard let escaped = XMLText.escape(key) else {
                throw S3Error(.invalid, .deleteObjects, message: "XML cannot carry a control character of a key")
            }
            text += "<Object><Key>\(escaped)</Key></Object>"
        }
        let body = Array((text + "</Delete>").utf8)
        let call = S3Call(
            operation: .deleteObjects, method: "POST", query: [(name: "delete", value: "")],
            headers: [
                (name: "Content-Type", value: "application/xml"),
                (name: "Content-MD5", value: Digests.base64(Digests.md5(body))),
            ],
            body: S3Body(body))
        return try await document(call, root: "DeleteResult").children(named: "Error").map {
            S3DeleteFailure(
                key: $0.text(of: "Key") ?? "", code: $0.text(of: "Code") ?? "", message: $0.text(of: "Message") ?? "")
        }
    }

    /// Sends a call whose answer is an XML document with a root of that name.
    func document(_ call: S3Call, root name: String) async throws(S3Error) -> XMLElement {
        let answer = try await answer(call, limit: AnswerDocument.maximumBytes)
        statistics.received(answer.body.count)
        return try Self.document(answer, call.operation, root: name)
    }

    /// Reads an answer's XML. S3 may answer 200 and say in the body that it failed.
    static func document(
        _ answer: S3Answer, _ operation: S3Operation, root name: String
    ) throws(S3Error) -> XMLElement {
        let root: XMLElement
        do throws(AnswerDocument.Malformed) {
            root = try AnswerDocument.parse(answer.body)
        } catch {
            throw S3Error(.corrupt, operation, message: "the answer's XML: \(error.reason)")
        }
        if root.name.local == "Error" { throw S3Refusal(status: answer.head.status, document: root).error(operation) }
        guard root.name.local == name else {
            throw S3Error(.corrupt, operation, message: "the answer is no \(name)")
        }
        return root
    }
}

/// Character data of XML 1.0.
enum XMLText {
    /// Nil for a text with a control character that XML 1.0 has no form for.
    static func escape(_ text: String) -> String? {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\t", "\n", "\r": result += "&#\(scalar.value);"
            default:
                guard scalar.value >= 0x20, scalar.value != 0xFFFE, scalar.value != 0xFFFF else { return nil }
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
