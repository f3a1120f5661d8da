import DAVSyntax
import Hummingbird
import LightMailCore
import XMLSyntax

/// MKCALENDAR (RFC 4791 5.3.1) and MKCOL with a body (RFC 5689). There are no collections but calendars, so a plain MKCOL
/// makes one too.
enum MakeCalendar {
    static func answer(_ request: DAVRequest, expecting name: XMLName) async throws -> DAVAnswer {
        guard case .calendar(_, let resource) = request.place else {
            throw DAVProblem(.calDAV("calendar-collection-location-ok"), "calendars are made in the home of calendars")
        }
        let wanted = try CollectionRequest(try await request.xml(), expecting: name)
        guard wanted.types.isSubset(of: [.dav("collection"), .calDAV("calendar")]) else {
            throw DAVProblem(.dav("valid-resourcetype"), "there are only calendars here")
        }
        guard try await request.calendars.calendar(resource, of: request.account.id) == nil else {
            // RFC 4918 9.3.1, RFC 4791 5.3.1.1: resource-must-be-null
            throw DAVProblem(
                .methodNotAllowed, "there is a calendar already",
                condition: XMLElement(.dav("resource-must-be-null")), headers: [.allow: request.place.allow])
        }
        var settings = CalendarSettings()
        var components = CalendarComponents.standard
        var refused: [(XMLElement, Proppatch.Refusal)] = []
        for property in wanted.properties {
            if property.name == .calDAV("supported-calendar-component-set") {
                let names = property.all(.calDAV("comp")).compactMap { $0["name"] }
                if let chosen = CalendarComponents(names: names) {
                    components = chosen
                } else {
                    refused.append((property, .init(.forbidden, .calDAV("supported-calendar-component"))))
                }
                continue
            }
            do {
                try settings.take(.set(property))
            } catch {
                refused.append((property, error))
            }
        }
        guard refused.isEmpty else { return answer(refused, wanted, name) }
        let properties = settings.changes.compactMap { if case .set(let property) = $0 { property } else { nil } }
        do throws(StoreError) {
            _ = try await request.calendars.create(
                request.account.id, name: settings.name.flatMap { $0.isEmpty ? nil : $0 } ?? resource, as: resource,
                components: components, properties: properties)
        } catch {
            guard error.kind == .alreadyExists else { throw error }
            throw DAVProblem(.conflict, "another calendar has that name")
        }
        return DAVAnswer(.created)
    }

    /// RFC 4791 5.3.1.2, RFC 5689 3: which property cannot be so; nothing was made.
    private static func answer(
        _ refused: [(XMLElement, Proppatch.Refusal)], _ wanted: CollectionRequest, _ name: XMLName
    ) -> DAVAnswer {
        var response = XMLElement(name == .dav("mkcol") ? .dav("mkcol-response") : .calDAV("mkcalendar-response"))
        for (property, refusal) in refused {
            response.add(
                [XMLElement(property.name)], refusal.status, condition: refusal.condition.map { XMLElement($0) })
        }
        let names = Set(refused.map(\.0.name))
        let others = wanted.properties.filter { !names.contains($0.name) }.map { XMLElement($0.name) }
        if !others.isEmpty { response.add(others, .failedDependency) }
        return .xml(response, status: .forbidden)
    }
}
