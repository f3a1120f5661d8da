import DAVSyntax
import Hummingbird
import LightMailCore

/// REPORT on a calendar (RFC 3253 3.6).
enum Report {
    static func answer(_ request: DAVRequest) async throws -> DAVAnswer {
        guard let root = try await request.xml() else { throw DAVProblem(.badRequest, "a body is wanted") }
        let report = try ReportRequest(root)
        guard case .calendar(let calendar) = try await request.resource() else {
            throw DAVProblem(.dav("supported-report"), "there are reports on calendars alone")
        }
        return switch report {
        case .query(let query): try await QueryReport.answer(query, calendar, request)
        case .multiget(let multiget): try await MultigetReport.answer(multiget, calendar, request)
        case .sync(let sync): try await SyncReport.answer(sync, calendar, request)
        case .freeBusy(let range): try await FreeBusyReport.answer(range, calendar, request)
        }
    }
}

extension PropertyAnswers {
    /// The answers to a report, which may ask for calendar data.
    init(_ request: DAVRequest, _ wanted: PropertyRequest, floating: FloatingZone? = nil) throws {
        var data: CalendarData?
        if case .some(let names) = wanted, let element = names.first(where: { $0.name == .calDAV("calendar-data") }) {
            data = CalendarData(wanted: try CalendarDataRequest(element), floating: floating)
        }
        self.init(request: request, wanted: wanted, dead: [:], data: data)
    }
}
