import DAVSyntax
import Hummingbird
import LightMailCore

/// RFC 4791 7.9
enum MultigetReport {
    /// Resources that are looked up at once.
    private static let batch = 200

    static func answer(
        _ multiget: CalendarMultiget, _ calendar: Calendar, _ request: DAVRequest
    ) async throws -> DAVAnswer {
        let answers = try PropertyAnswers(request, multiget.properties)
        return .multistatus { multistatus in
            var rest = multiget.hrefs[...]
            while !rest.isEmpty {
                let hrefs = rest.prefix(batch)
                rest = rest.dropFirst(batch)
                let names = hrefs.map { name(of: $0, in: calendar, request) }
                let found = try await request.calendars.events(names.compactMap(\.self), in: calendar)
                let events = Dictionary(found.map { (Array($0.resource.utf8), $0) }, uniquingKeysWith: { $1 })
                for (href, name) in zip(hrefs, names) {
                    guard let event = name.flatMap({ events[Array($0.utf8)] }) else {
                        try await multistatus.add(PropertyAnswers.response(href, .notFound))
                        continue
                    }
                    // Clients find a response by the href that they sent.
                    try await multistatus.add(
                        try await answers.response(
                            for: .event(event, in: calendar),
                            href: ResourcePath.path(ofHref: href, authority: nil)))
                }
            }
        }
    }

    /// The name of an event within the calendar; nil for what is anywhere else.
    private static func name(of href: String, in calendar: Calendar, _ request: DAVRequest) -> String? {
        guard let path = ResourcePath.path(ofHref: href, authority: nil), let place = DAVPlace(path: path),
            case .event(let owner, calendar.resource, let name) = place,
            owner.lowercased() == request.account.username.lowercased()
        else { return nil }
        return name
    }
}
