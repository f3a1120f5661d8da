import DAVSyntax
import Hummingbird
import LightMailCore
import LightMailDaemon
import NIOCore
import XMLSyntax

/// A request of an account, at a place that is its own.
struct DAVRequest: Sendable {
    let service: DAVService
    let request: Request
    let account: Account
    let place: DAVPlace

    var calendars: Calendars { service.calendars }

    /// Another's path is not there (RFC 4791 has nothing to say of it; RFC 9110 15.5.4 lets 404 stand for 403).
    ///
    /// - Throws: `DAVProblem` 404
    func requireOwnPlace() throws {
        if let owner = place.owner, owner.lowercased() != account.username.lowercased() {
            throw DAVProblem(.notFound, "there is no such path")
        }
    }

    // MARK: Headers

    func header(_ name: String) -> String? {
        HTTPFields.Element.Name(name).flatMap { request.headers[$0] }
    }

    enum Depth: String {
        case zero = "0"
        case one = "1"
        case infinity
    }

    /// RFC 4918 10.2
    ///
    /// - Throws: `DAVProblem` 400
    func depth(default missing: Depth) throws -> Depth {
        guard let value = header("Depth") else { return missing }
        guard let depth = Depth(rawValue: value.lowercased()) else {
            throw DAVProblem(.badRequest, "Depth is 0, 1 or infinity")
        }
        return depth
    }

    /// Checks If-Match and If-None-Match (RFC 9110 13.2.2) against what is there.
    ///
    /// - Throws: `DAVProblem` 412, 400
    func requireConditions(on event: CalendarEvent?) throws {
        for (name, isWanted) in [("If-Match", true), ("If-None-Match", false)] {
            guard let value = header(name) else { continue }
            guard let condition = EntityTagCondition(value) else {
                throw DAVProblem(.badRequest, "\(name) holds no entity tags")
            }
            guard condition.covers(event?.entityTag) == isWanted else {
                throw DAVProblem(.preconditionFailed, "\(name) does not hold")
            }
        }
    }

    // MARK: Body

    /// The body as XML; nil when there is none.
    ///
    /// - Throws: `XMLError`, `DAVProblem` 415, `NIOTooManyBytesError`
    func xml() async throws -> XMLElement? {
        let octets = try await body(limit: XMLLimits().octets)
        guard !octets.isEmpty else { return nil }
        if let type = request.headers[.contentType] {
            let essence = type.prefix { $0 != ";" }.lowercased().filter { $0 != " " }
            guard ["application/xml", "text/xml"].contains(essence) || essence.hasSuffix("+xml") else {
                throw DAVProblem(.unsupportedMediaType, "the body must be application/xml")
            }
        }
        return try XMLReader.read(octets)
    }

    /// - Throws: `NIOTooManyBytesError`
    func body(limit: Int) async throws -> [UInt8] {
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit {
            throw NIOTooManyBytesError(maxBytes: limit)
        }
        return Array(try await request.body.collect(upTo: limit).readableBytesView)
    }

    // MARK: Resources

    /// What the path names.
    ///
    /// - Throws: `DAVProblem` 404, `StoreError`
    func resource() async throws -> DAVResource {
        switch place {
        case .root: return .root
        case .principals: return .principals
        case .principal: return .principal
        case .homes: return .homes
        case .home: return .home
        case .calendar(_, let name): return .calendar(try await calendar(name))
        case .event(_, let name, let file):
            let calendar = try await calendar(name)
            guard let event = try await calendars.event(file, in: calendar) else {
                throw DAVProblem(.notFound, "there is no such event")
            }
            return .event(event, in: calendar)
        }
    }

    /// Does something for which the object of an event is read, and once more with what has come into its place where the object has
    /// gone since the row was read.
    ///
    /// - Returns: nil where the event has gone.
    /// - Throws: `StoreError` corrupt for an object that is not there though its row is; what `body` throws.
    func reading<Value>(
        _ event: CalendarEvent, in calendar: Calendar, _ body: (CalendarEvent) async throws -> Value
    ) async throws -> Value? {
        do {
            return try await body(event)
        } catch let error as StoreError where error.kind == .notFound {
            guard let now = try await calendars.event(event.resource, in: calendar) else { return nil }
            guard now.modSeq != event.modSeq else { throw StoreError(.corrupt, "event \(event.id): \(error)") }
            return try await body(now)
        }
    }

    /// - Throws: `DAVProblem` 404, `StoreError`
    func calendar(_ name: String) async throws -> Calendar {
        guard let calendar = try await calendars.calendar(name, of: account.id) else {
            throw DAVProblem(.notFound, "there is no such calendar")
        }
        return calendar
    }
}
