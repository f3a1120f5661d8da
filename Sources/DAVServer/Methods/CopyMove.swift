import CalendarFormat
import DAVSyntax
import Hummingbird
import LightMailCore
import XMLSyntax

/// COPY and MOVE of an event within the account (RFC 4918 9.8, 9.9).
enum CopyMove {
    static func answer(_ request: DAVRequest, isMove: Bool) async throws -> DAVAnswer {
        guard let value = request.header("Destination") else { throw DAVProblem(.badRequest, "Destination is missing") }
        guard let path = ResourcePath.path(ofHref: value, authority: request.request.head.authority) else {
            // RFC 4918 9.8.5
            throw DAVProblem(.badGateway, "the destination is not here")
        }
        guard let place = DAVPlace(path: path), case .event(let owner, let calendarName, let name) = place,
            owner.lowercased() == request.account.username.lowercased()
        else { throw DAVProblem(.forbidden, "an event goes into a calendar of the same account") }
        guard place != request.place else { throw DAVProblem(.forbidden, "the destination is the source") }
        guard let calendar = try await request.calendars.calendar(calendarName, of: request.account.id) else {
            throw DAVProblem(.conflict, "there is no such calendar")
        }
        let mayReplace = try overwrite(request)
        for _ in 0..<Put.tries {
            guard case .event(let event, _) = try await request.resource() else { break }
            try request.requireConditions(on: event)
            let octets = try await request.calendars.octets(of: event)
            let object = try EventRules.read(octets, for: calendar)
            let existing = try await request.calendars.event(name, in: calendar)
            guard existing == nil || mayReplace else {
                throw DAVProblem(.preconditionFailed, "there is something already")
            }
            let holder = try await request.calendars.event(uid: object.uid, in: calendar)
            // It has come between the two looks.
            if let holder, holder.resource.utf8.elementsEqual(name.utf8), holder.id != existing?.id { continue }
            try requireFree(object.uid, of: event, holder, existing, in: calendar, request, isMove: isMove)
            do throws(StoreError) {
                _ = try await request.calendars.store(
                    octets, in: calendar, summary: event.summary, as: name, replacing: existing,
                    moving: isMove ? event : nil)
                return DAVAnswer(existing == nil ? .created : .noContent)
            } catch {
                switch error.kind {
                case .alreadyExists, .conflict, .notFound: continue
                default: throw error
                }
            }
        }
        throw DAVProblem(.conflict, "the event is being changed by others")
    }

    /// RFC 4791 5.3.2.1: a UID is in a calendar once. What moves within its calendar takes its own along.
    private static func requireFree(
        _ uid: String, of event: CalendarEvent, _ holder: CalendarEvent?, _ existing: CalendarEvent?,
        in calendar: Calendar, _ request: DAVRequest, isMove: Bool
    ) throws {
        let isFree = holder == nil || holder?.id == existing?.id || (isMove && holder?.id == event.id)
        guard isFree, existing == nil || existing?.uid == uid else {
            let href = DAVResource.event(holder ?? existing ?? event, in: calendar).href(of: request.account)
            throw DAVProblem(
                .forbidden, "the UID belongs to another event, or the event to another UID",
                condition: XMLElement(.calDAV("no-uid-conflict"), [XMLElement(.dav("href"), text: href)]))
        }
    }

    /// RFC 4918 10.6
    private static func overwrite(_ request: DAVRequest) throws -> Bool {
        switch request.header("Overwrite")?.uppercased() {
        case nil, "T": return true
        case "F": return false
        default: throw DAVProblem(.badRequest, "Overwrite is T or F")
        }
    }
}
