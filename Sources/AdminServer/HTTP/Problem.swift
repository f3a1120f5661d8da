import Hummingbird

/// Why a request is refused (RFC 9457): a status, and a sentence for whoever sent it.
struct Problem: Error, Sendable {
    let status: HTTPResponse.Status
    let detail: String
    var headers: HTTPFields = [:]

    init(_ status: HTTPResponse.Status, _ detail: String, headers: HTTPFields = [:]) {
        self.status = status
        self.detail = detail
        self.headers = headers
    }

    private struct Details: Encodable {
        let type = "about:blank"
        let title: String
        let status: Int
        let detail: String
    }

    /// RFC 9457 3: the problem as application/problem+json.
    var answer: Answer {
        let details = Details(title: status.reasonPhrase, status: status.code, detail: detail)
        // Four plain values: that they cannot be encoded cannot be, and the status would say it all the same.
        var answer = (try? Answer.json(details, status: status)) ?? Answer(status)
        for field in headers { answer.headers.append(field) }
        answer.headers[.contentType] = "application/problem+json"
        return answer
    }
}
