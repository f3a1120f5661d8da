import FoundationEssentials
import Hummingbird

/// What a route answers.
struct Answer: Sendable {
    enum Content: Sendable {
        case bytes([UInt8])
        case stream(ResponseBody)
    }

    var status: HTTPResponse.Status
    var headers: HTTPFields
    var content: Content

    init(_ status: HTTPResponse.Status = .ok, headers: HTTPFields = [:], content: Content = .bytes([])) {
        self.status = status
        self.headers = headers
        self.content = content
    }

    /// A value as JSON, its keys in snake case.
    ///
    /// - Parameter location: where the thing is that was made.
    static func json(
        _ value: some Encodable, status: HTTPResponse.Status = .ok, location: String? = nil
    ) throws -> Answer {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var answer = Answer(status, content: .bytes(Array(try encoder.encode(value))))
        answer.headers[.contentType] = "application/json"
        answer.headers[.location] = location
        return answer
    }

    static func text(
        _ text: String, status: HTTPResponse.Status = .ok, type: String = "text/plain; charset=utf-8"
    ) -> Answer {
        Answer(status, headers: [.contentType: type], content: .bytes(Array(text.utf8)))
    }

    var response: Response {
        let body: ResponseBody
        switch content {
        case .bytes(let bytes): body = ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        case .stream(let stream): body = stream
        }
        return Response(status: status, headers: headers, body: body)
    }
}

extension HTTPFields {
    /// The field of a name that the library has no constant for. A name that is no token is never there.
    subscript(named name: String) -> String? {
        get { Element.Name(name).flatMap { self[$0] } }
        set {
            guard let name = Element.Name(name) else { return }
            self[name] = newValue
        }
    }
}
