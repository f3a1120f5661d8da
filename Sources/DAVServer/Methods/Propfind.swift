import DAVSyntax
import Hummingbird
import LightMailCore

/// PROPFIND of depth 0 and 1 (RFC 4918 9.1).
enum Propfind {
    /// The name, and the name in paths, of the calendar that an account without one is given.
    private static let first = (name: "Calendar", resource: "default")
    /// Events that are read at once.
    static let page = 200

    static func answer(_ request: DAVRequest) async throws -> DAVAnswer {
        let depth = try request.depth(default: .infinity)
        guard depth != .infinity else {
            // RFC 4918 9.1.1
            throw DAVProblem(.dav("propfind-finite-depth"), "Depth has to be 0 or 1")
        }
        let wanted = try PropertyRequest(propfind: try await request.xml())
        let resource = try await request.resource()
        let members = depth == .one ? try await members(of: resource, request) : []
        let listed = ([resource] + members).compactMap {
            if case .calendar(let calendar) = $0 { calendar } else { nil }
        }
        let answers = PropertyAnswers(
            request: request, wanted: wanted, dead: try await request.calendars.properties(of: listed), data: nil)
        return .multistatus { multistatus in
            for resource in [resource] + members {
                try await multistatus.add(try await answers.response(for: resource))
            }
            guard depth == .one, case .calendar(let calendar) = resource else { return }
            try await events(of: calendar, request) { event in
                try await multistatus.add(try await answers.response(for: .event(event, in: calendar)))
            }
        }
    }

    /// What is in a collection, but for the events of a calendar.
    private static func members(of resource: DAVResource, _ request: DAVRequest) async throws -> [DAVResource] {
        switch resource {
        case .root: return [.principals, .homes]
        case .principals: return [.principal]
        case .homes: return [.home]
        case .home:
            var calendars = try await request.calendars.list(request.account.id)
            if calendars.isEmpty {
                try await request.calendars.createFirst(request.account.id, name: first.name, as: first.resource)
                calendars = try await request.calendars.list(request.account.id)
            }
            return calendars.map { .calendar($0) }
        case .principal, .calendar, .event: return []
        }
    }

    /// Goes through the events of a calendar, a page at a time.
    static func events(
        of calendar: Calendar, _ request: DAVRequest, in range: Range<Int64>? = nil,
        _ body: (CalendarEvent) async throws -> Void
    ) async throws {
        var after: UInt64?
        while true {
            let found = try await request.calendars.events(
                in: calendar, page: Page(limit: page, after: after), range: range)
            for event in found { try await body(event) }
            guard found.count == page, let last = found.last else { return }
            after = last.id
        }
    }
}
