import Hummingbird
import LightMailCore
import LightMailDaemon

/// Calendars: make, list, rename, delete, restore, export.
enum CalendarRoutes {
    static var all: [Route] {
        [
            Route(.post, "/calendar", .write, create),
            Route(.get, "/calendars", .read, list),
            Route(.patch, "/calendars/{calendar_id}", .write, rename),
            Route(.delete, "/calendars/{calendar_id}", .write, remove),
            Route(.post, "/calendars/{calendar_id}/restore", .write, restore),
            Route(.get, "/calendars/{calendar_id}/export", .read, export),
        ]
    }

    private struct NewCalendar: Decodable {
        let userId: UInt64
        let name: String
    }

    private struct Change: Decodable {
        let name: String
    }

    private struct Item: Encodable {
        let id: UInt64
        let userId: UInt64
        let name: String
        let events: Int64
        let bytes: Int64

        init(_ calendar: Calendar) {
            id = calendar.id
            userId = calendar.account.rawValue
            name = calendar.name
            events = calendar.events
            bytes = calendar.bytes
        }
    }

    private static func create(_ request: AdminRequest) async throws -> Answer {
        let wanted: NewCalendar = try request.decode()
        guard wanted.userId <= UInt64(Int64.max) else { throw Problem(.notFound, "there is no such account") }
        let id = try await request.store.calendars.create(AccountID(wanted.userId), name: wanted.name)
        // The promised answer is the number itself.
        return try .json(id, status: .created, location: "/calendars/\(id)")
    }

    private static func list(_ request: AdminRequest) async throws -> Answer {
        guard let user = try request.queryNumber("user_id") else { throw Problem(.badRequest, "user_id is missing") }
        let account = try await request.store.administration.account(AccountID(user)).account
        return try .json(try await request.store.calendars.list(account.id).map(Item.init))
    }

    private static func rename(_ request: AdminRequest) async throws -> Answer {
        let wanted: Change = try request.decode()
        let calendar = try await request.calendar()
        try await request.store.calendars.rename(calendar, to: wanted.name)
        return try .json(Item(try await request.calendar()))
    }

    private static func remove(_ request: AdminRequest) async throws -> Answer {
        let calendar = try await request.calendar()
        try await request.store.calendars.delete(calendar)
        return try .json(Deleted(id: calendar.id))
    }

    private static func restore(_ request: AdminRequest) async throws -> Answer {
        try await request.store.administration.restoreCalendar(
            try request.number("calendar_id"), retention: request.service.retention)
        return try .json(Item(try await request.calendar()))
    }

    private static func export(_ request: AdminRequest) async throws -> Answer {
        let calendar = try await request.calendar()
        let bytes = try await request.store.administration.export(calendar, from: request.store.calendars)
        return Answer(headers: [.contentType: "text/calendar; charset=utf-8"], content: .bytes(bytes))
    }
}

extension AdminRequest {
    /// The living calendar that the path names.
    fileprivate func calendar() async throws -> Calendar {
        try await store.administration.calendar(try number("calendar_id"))
    }
}
