import Hummingbird
import LightMailCore
import LightMailDaemon

/// Calendar events: add, list, look at, replace, delete, restore.
enum CalendarEventRoutes {
    static var all: [Route] {
        [
            Route(.post, "/calendar/event", .write, create),
            Route(.get, "/calendar/events", .read, list),
            Route(.get, "/calendar/event/{event_id}", .read, show),
            Route(.put, "/calendar/event/{event_id}", .write, replace),
            Route(.delete, "/calendar/event/{event_id}", .write, remove),
            Route(.post, "/calendar/event/{event_id}/restore", .write, restore),
        ]
    }

    private struct NewEvent: Decodable {
        let calendarId: UInt64
        let content: String
        let summary: String?
    }

    private struct Change: Decodable {
        let content: String
        let summary: String?
    }

    private struct Item: Encodable {
        let id: UInt64
        let calendarId: UInt64
        let uid: String
        let component: String
        let summary: String
        let recurs: Bool
        let createdAt: Timestamp
        let updatedAt: Timestamp
        @Nullable var deletedAt: Timestamp?
        let content: String

        init(_ event: CalendarEvent, _ octets: [UInt8]) {
            id = event.id
            calendarId = event.calendar
            uid = event.uid
            component = event.component
            summary = event.summary
            recurs = event.recurs
            createdAt = Timestamp(event.createdAt)
            updatedAt = Timestamp(event.updatedAt)
            deletedAt = event.deletedAt.map { Timestamp($0) }
            content = String(decoding: octets, as: UTF8.self)
        }
    }

    private static func create(_ request: AdminRequest) async throws -> Answer {
        let wanted: NewEvent = try request.decode()
        guard wanted.calendarId <= UInt64(Int64.max) else { throw Problem(.notFound, "there is no such calendar") }
        let calendar = try await request.store.administration.calendar(wanted.calendarId)
        let id = try await request.store.calendars.store(
            Array(wanted.content.utf8), in: calendar, summary: wanted.summary)
        // The promised answer is the number itself.
        return try .json(id, status: .created, location: "/calendar/event/\(id)")
    }

    private static func list(_ request: AdminRequest) async throws -> Answer {
        guard let id = try request.queryNumber("calendar_id") else {
            throw Problem(.badRequest, "calendar_id is missing")
        }
        let paging = try Paging<UInt64>(request, limit: 100, keeping: ["calendar_id", "deleted"])
        let calendar = try await request.store.administration.calendar(id)
        let events = try await request.store.administration.calendarEvents(
            in: calendar, page: paging.page, deleted: request.query("deleted") == "true")
        var octets: [UInt64: [UInt8]] = [:]
        var total = 0
        for event in events {
            let bytes = try await request.store.calendars.octets(of: event)
            total += bytes.count
            guard total <= largestAnswer else {
                throw Problem(.contentTooLarge, "the events are too large for one answer: ask with a lower limit")
            }
            octets[event.id] = bytes
        }
        return try paging.answer(events, key: \.id) { Item($0, octets[$0.id] ?? []) }
    }

    /// Octets of the events of one list.
    private static let largestAnswer = 16 * 1_048_576

    private static func show(_ request: AdminRequest) async throws -> Answer {
        let event = try await request.event()
        return try .json(Item(event, try await request.store.calendars.octets(of: event)))
    }

    private static func replace(_ request: AdminRequest) async throws -> Answer {
        let wanted: Change = try request.decode()
        let event = try await request.event()
        let calendar = try await request.store.administration.calendar(event.calendar)
        _ = try await request.store.calendars.store(
            Array(wanted.content.utf8), in: calendar, summary: wanted.summary, replacing: event)
        return try await show(request)
    }

    private static func remove(_ request: AdminRequest) async throws -> Answer {
        let event = try await request.event()
        try await request.store.calendars.delete(event)
        return try .json(Deleted(id: event.id))
    }

    private static func restore(_ request: AdminRequest) async throws -> Answer {
        try await request.store.administration.restoreCalendarEvent(
            try request.number("event_id"), retention: request.service.retention)
        return try await show(request)
    }
}

extension AdminRequest {
    /// The living event that the path names.
    fileprivate func event() async throws -> CalendarEvent {
        try await store.administration.calendarEvent(try number("event_id"))
    }
}
