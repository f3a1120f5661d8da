import CalendarFormat
import DAVSyntax
import Hummingbird
import LightMailCore
import NIOCore
import XMLSyntax

/// PUT of an event or a to-do: its octets are kept as they came (RFC 4791 5.3.2).
enum Put {
    /// How often the storing begins anew when somebody else has changed what it goes by.
    static let tries = 5

    static func answer(_ request: DAVRequest) async throws -> DAVAnswer {
        guard case .event(_, let calendarName, let name) = request.place else {
            throw DAVProblem(.methodNotAllowed, "only events can be put")
        }
        try requireType(request)
        guard let calendar = try await request.calendars.calendar(calendarName, of: request.account.id) else {
            // RFC 4918 9.7.1
            throw DAVProblem(.conflict, "there is no such calendar")
        }
        // What is not to be written need not be read.
        try request.requireConditions(on: try await request.calendars.event(name, in: calendar))
        let octets: [UInt8]
        do {
            octets = try await request.body(limit: Calendars.longestObject)
        } catch is NIOTooManyBytesError {
            throw DAVProblem(.calDAV("max-resource-size"), "an object has at most \(Calendars.longestObject) octets")
        }
        let object = try EventRules.read(octets, for: calendar)
        let isNew = try await EventRules.storing(object.uid, as: name, in: calendar, request) { existing in
            try request.requireConditions(on: existing)
            _ = try await request.calendars.store(octets, in: calendar, as: name, replacing: existing)
            return existing == nil
        }
        return DAVAnswer(isNew ? .created : .noContent, headers: [.eTag: CalendarEvent.entityTag(of: octets)])
    }

    private static func requireType(_ request: DAVRequest) throws {
        guard request.header("Content-Range") == nil else {
            throw DAVProblem(.badRequest, "Content-Range is not for PUT")
        }
        guard let type = request.request.headers[.contentType] else { return }
        guard type.prefix(while: { $0 != ";" }).lowercased().filter({ $0 != " " }) == "text/calendar" else {
            throw DAVProblem(.calDAV("supported-calendar-data"), "there is only text/calendar")
        }
    }
}

/// What an object has to be to come into a calendar, by PUT, COPY or MOVE (RFC 4791 5.3.2.1).
enum EventRules {
    /// - Throws: `DAVProblem` with the precondition that is not met.
    static func read(_ octets: [UInt8], for calendar: Calendar) throws -> CalendarObject {
        let object: CalendarObject
        do throws(CalendarError) {
            object = try CalendarObject(octets: octets, resolve: { ZoneCatalog.shared.zone($0) })
        } catch {
            if case .notOneObject = error.reason {
                throw DAVProblem(.calDAV("valid-calendar-object-resource"), error.message)
            }
            throw DAVProblem(.calDAV("valid-calendar-data"), error.message)
        }
        guard calendar.components.take(object.kind) else {
            throw DAVProblem(.calDAV("supported-calendar-component"), "the calendar takes no \(object.kind.rawValue)")
        }
        return object
    }

    /// Does `store` with what is there at a name, and once more when that has changed meanwhile.
    ///
    /// - Throws: `DAVProblem` no-uid-conflict, what `store` throws.
    static func storing<Value: Sendable>(
        _ uid: String, as name: String, in calendar: Calendar, _ request: DAVRequest,
        _ store: (_ existing: CalendarEvent?) async throws -> Value
    ) async throws -> Value {
        for _ in 0..<Put.tries {
            let existing = try await request.calendars.event(name, in: calendar)
            if let existing, existing.uid != uid { throw conflict(existing, in: calendar, request) }
            if existing == nil, let other = try await request.calendars.event(uid: uid, in: calendar) {
                // It has come between the two looks.
                if other.resource.utf8.elementsEqual(name.utf8) { continue }
                throw conflict(other, in: calendar, request)
            }
            do {
                return try await store(existing)
            } catch let error as StoreError {
                switch error.kind {
                case .alreadyExists, .conflict, .notFound: continue
                default: throw error
                }
            }
        }
        throw DAVProblem(.conflict, "the event is being changed by others")
    }

    /// RFC 4791 5.3.2.1: no-uid-conflict, with the resource that has the UID.
    private static func conflict(_ event: CalendarEvent, in calendar: Calendar, _ request: DAVRequest) -> DAVProblem {
        let href = DAVResource.event(event, in: calendar).href(of: request.account)
        return DAVProblem(
            .forbidden, "the UID belongs to another event, or the event to another UID",
            condition: XMLElement(.calDAV("no-uid-conflict"), [XMLElement(.dav("href"), text: href)]))
    }
}
