import Hummingbird
import LightMailCore

extension AdminService {
    private static let longestKey = 255

    /// draft-ietf-httpapi-idempotency-key-header
    ///
    /// Does what a POST asks for, or, when it carries an idempotency key that was seen before, answers what was answered
    /// then. An answer that says "not now" is not remembered: the next try may do better.
    ///
    /// - Throws: `Problem` 400 for a key that is none, 409 while the first request is under way, 422 when the key was
    ///   used for another request.
    func once(
        _ request: AdminRequest, _ holder: Holder, _ body: () async throws -> Answer
    ) async throws -> Answer {
        guard let text = request.request.headers[named: "Idempotency-Key"] else { return try await body() }
        guard (1...Self.longestKey).contains(text.utf8.count) else {
            throw Problem(.badRequest, "an idempotency key has 1 to \(Self.longestKey) bytes")
        }
        let key = RepeatedRequests.Key(
            holder: holder.name, key: text,
            request: [Array("\(request.request.method)".utf8), Array(request.request.uri.path.utf8), request.body])
        switch try await store.requests.begin(key) {
        case .first:
            return try await perform(key, request.context, body)
        case .answered(let status, let location, let bytes):
            let status = HTTPResponse.Status(code: status)
            let type = status.kind == .successful ? "application/json" : "application/problem+json"
            var answer = Answer(status, headers: [.contentType: type], content: .bytes(bytes))
            answer.headers[.location] = location
            return answer
        case .underWay:
            throw Problem(.conflict, "a request with this idempotency key is under way", headers: [.retryAfter: "1"])
        case .mismatch:
            throw Problem(.unprocessableContent, "the idempotency key was used for another request")
        }
    }

    private func perform(
        _ key: RepeatedRequests.Key, _ context: AdminContext, _ body: () async throws -> Answer
    ) async throws -> Answer {
        let answer: Answer
        do {
            answer = try await body()
        } catch {
            answer = refuse(error, context)
        }
        guard answer.status.code < 500, case .bytes(let bytes) = answer.content else {
            try await store.requests.abandon(key)
            return answer
        }
        try await store.requests.finish(
            key, status: answer.status.code, location: answer.headers[.location], body: bytes)
        return answer
    }
}
