import DAVSyntax
import Hummingbird
import LightMailCore
import LightMailDaemon

/// GET and HEAD of an event (RFC 4791 5.3.4).
enum Get {
    static func answer(_ request: DAVRequest) async throws -> DAVAnswer {
        guard case .event(let event, _) = try await request.resource() else {
            throw DAVProblem(.notFound, "there is no such event")
        }
        var headers: HTTPFields = [.eTag: event.entityTag, .lastModified: Timestamp(event.updatedAt).http]
        if let value = request.header("If-Match") {
            guard let condition = EntityTagCondition(value), condition.covers(event.entityTag) else {
                throw DAVProblem(.preconditionFailed, "If-Match does not hold")
            }
        }
        // RFC 9110 13.1.2
        if let value = request.header("If-None-Match"), EntityTagCondition(value)?.covers(event.entityTag) == true {
            return DAVAnswer(.notModified, headers: headers)
        }
        headers[.contentType] = "text/calendar; charset=utf-8; component=\(event.component)"
        return DAVAnswer(.ok, headers: headers, content: .bytes(try await request.calendars.octets(of: event)))
    }
}
