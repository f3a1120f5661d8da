import DAVSyntax
import Hummingbird
import LightMailCore

/// DELETE of an event, or of a calendar with all that is in it (RFC 4918 9.6). An administrator can bring back both.
enum Delete {
    static func answer(_ request: DAVRequest) async throws -> DAVAnswer {
        for _ in 0..<Put.tries {
            let resource = try await request.resource()
            do {
                switch resource {
                case .event(let event, _):
                    try request.requireConditions(on: event)
                    try await request.calendars.delete(event)
                case .calendar(let calendar):
                    // RFC 4918 9.6.1
                    guard try request.depth(default: .infinity) == .infinity else {
                        throw DAVProblem(.badRequest, "a calendar is deleted with all that is in it")
                    }
                    try await request.calendars.delete(calendar)
                default:
                    throw DAVProblem(.forbidden, "this cannot be deleted")
                }
                return DAVAnswer(.noContent)
            } catch let error as StoreError {
                guard case .conflict = error.kind else { throw error }
            }
        }
        throw DAVProblem(.conflict, "the event is being changed by others")
    }
}
