import CalendarFormat
import DAVSyntax
import Hummingbird
import LightMailCore
import XMLSyntax

/// RFC 4791 7.8. A request without Depth looks into the calendar: the 0 that RFC 3253 means then would find nothing ever.
enum QueryReport {
    static func answer(_ query: CalendarQuery, _ calendar: Calendar, _ request: DAVRequest) async throws -> DAVAnswer {
        let floating = try await FloatingZone(query.timeZone, calendar, request)
        let answers = try PropertyAnswers(request, query.properties, floating: floating)
        let filter = try FilterMatch(query.filter, floating: floating)
        let depth = try request.depth(default: .one)
        return .multistatus { multistatus in
            guard depth != .zero else { return }
            try await Propfind.events(of: calendar, request, in: filter.range) { event in
                guard filter.mayMatch(event.component) else { return }
                do {
                    _ = try await request.reading(event, in: calendar) { event in
                        let octets = try await request.calendars.octets(of: event)
                        guard try filter.matches(octets) else { return }
                        try await multistatus.add(try await answers.response(for: .event(event, in: calendar)))
                    }
                } catch let error as StoreError where error.kind == .corrupt {
                    request.service.logger.error("cannot read an event", metadata: ["error": "\(error)"])
                    let href = DAVResource.event(event, in: calendar).href(of: request.account)
                    try await multistatus.add(PropertyAnswers.response(href, .internalServerError))
                }
            }
        }
    }
}

/// The zone of times that have none (RFC 4791 7.3): the query's, else the calendar's, else UTC.
struct FloatingZone: Sendable {
    let zone: CalendarZone

    init(zone: CalendarZone) { self.zone = zone }

    /// - Throws: `DAVProblem` valid-calendar-data for a time zone in the query that is none.
    init(_ text: String?, _ calendar: Calendar, _ request: DAVRequest) async throws {
        if let text {
            guard let zone = CalendarSettings.zone(in: text) else {
                throw DAVProblem(.calDAV("valid-calendar-data"), "the timezone is not one VTIMEZONE")
            }
            self.zone = zone
            return
        }
        let property = try await request.calendars.properties(of: calendar).first {
            XMLName($0.namespace, $0.name) == .calDAV("calendar-timezone")
        }
        let kept = property.flatMap { try? XMLReader.read($0.value).text }
        zone = kept.flatMap { CalendarSettings.zone(in: $0) } ?? .utc
    }
}
