import DAVSyntax
import Hummingbird
import LightMailCore
import XMLSyntax

/// RFC 6578 3.2
enum SyncReport {
    /// Changes that are read at once.
    private static let page = 500

    static func answer(_ sync: SyncCollection, _ calendar: Calendar, _ request: DAVRequest) async throws -> DAVAnswer {
        var point: CalendarSyncPoint?
        if !sync.token.isEmpty {
            guard let token = SyncToken(sync.token) else { throw invalid }
            point = token.point
        }
        let answers = try PropertyAnswers(request, sync.properties)
        let limit = sync.limit ?? .max
        guard
            let first = try await request.calendars.changes(in: calendar, since: point, limit: min(page, limit))
        else { throw invalid }
        return .multistatus { multistatus in
            var changes = first
            var left = limit
            while true {
                for change in changes.changes {
                    try await multistatus.add(try await response(to: change, calendar, answers))
                }
                left -= changes.changes.count
                guard changes.isTruncated, left > 0 else { break }
                let next = try await request.calendars.changes(
                    in: calendar, since: changes.point, limit: min(page, left))
                // What the next page goes by was collected meanwhile: the client goes on from here, and is told then.
                guard let next else { break }
                changes = next
            }
            if changes.isTruncated {
                // RFC 6578 3.6
                try await multistatus.add(
                    PropertyAnswers.response(
                        DAVResource.calendar(calendar).href(of: request.account), .insufficientStorage,
                        XMLElement(.dav("number-of-matches-within-limits"))))
            }
            try await multistatus.add(XMLElement(.dav("sync-token"), text: SyncToken(changes.point).text))
        }
    }

    private static var invalid: DAVProblem {
        DAVProblem(.dav("valid-sync-token"), "the token is not known any more: begin anew")
    }

    private static func response(
        to change: CalendarChanges.Change, _ calendar: Calendar, _ answers: PropertyAnswers
    ) async throws -> XMLElement {
        switch change {
        case .changed(let event):
            return try await answers.response(for: .event(event, in: calendar))
        case .removed(let name):
            let path = ResourcePath.encoded(
                ["dav", "calendars", answers.request.account.username, calendar.resource, name], isCollection: false)
            return PropertyAnswers.response(path, .notFound)
        }
    }
}
