import CalendarFormat
import DAVSyntax
import Hummingbird
import LightMailCore
import XMLSyntax

/// PROPPATCH: all changes are made, or none (RFC 4918 9.2). Calendars alone keep properties.
enum Proppatch {
    static func answer(_ request: DAVRequest) async throws -> DAVAnswer {
        guard let root = try await request.xml() else { throw DAVProblem(.badRequest, "a body is wanted") }
        let update = try PropertyUpdate(proppatch: root)
        let resource = try await request.resource()
        let href = resource.href(of: request.account)
        var refused: [XMLName: Refusal] = [:]
        var settings = CalendarSettings()
        for change in update.changes {
            guard case .calendar = resource else {
                refused[change.name] = Refusal(.forbidden, nil)
                continue
            }
            do {
                try settings.take(change)
            } catch {
                refused[change.name] = error
            }
        }
        if refused.isEmpty, case .calendar(let calendar) = resource {
            do throws(StoreError) {
                try await request.calendars.update(calendar, name: settings.name, settings.changes)
            } catch {
                switch error.kind {
                case .alreadyExists:
                    refused[.dav("displayname")] = Refusal(.conflict, nil)
                case .invalid, .limit:
                    for change in update.changes { refused[change.name] = Refusal(.insufficientStorage, nil) }
                default: throw error
                }
            }
        }
        return answer(href, update, refused)
    }

    /// Why one property does not change.
    struct Refusal: Error {
        let status: HTTPResponse.Status
        let condition: XMLName?

        init(_ status: HTTPResponse.Status, _ condition: XMLName?) {
            self.status = status
            self.condition = condition
        }
    }

    private static func answer(
        _ href: String, _ update: PropertyUpdate, _ refused: [XMLName: Refusal]
    ) -> DAVAnswer {
        var response = XMLElement(.dav("response"), [XMLElement(.dav("href"), text: href)])
        var seen: Set<XMLName> = []
        for change in update.changes where seen.insert(change.name).inserted {
            if let refusal = refused[change.name] {
                response.add(
                    [XMLElement(change.name)], refusal.status, condition: refusal.condition.map { XMLElement($0) })
            } else {
                response.add([XMLElement(change.name)], refused.isEmpty ? .ok : .failedDependency)
            }
        }
        let whole = response
        return .multistatus { try await $0.add(whole) }
    }
}

/// What a client sets of a calendar, read from properties.
struct CalendarSettings {
    /// `DAV:displayname`
    var name: String?
    var changes: [CalendarPropertyChange] = []

    /// - Throws: why the property cannot be so.
    mutating func take(_ change: PropertyUpdate.Change) throws(Proppatch.Refusal) {
        let property = change.name
        switch change {
        case .set(let element) where property == .dav("displayname"):
            name = element.text
        case _ where LiveProperty.byName[property] != nil || property == .calDAV("calendar-data"):
            throw Proppatch.Refusal(.forbidden, .dav("cannot-modify-protected-property"))
        case .set(let element):
            if property == .calDAV("calendar-timezone"), CalendarSettings.zone(in: element.text) == nil {
                throw Proppatch.Refusal(.forbidden, .calDAV("valid-calendar-data"))
            }
            // What cannot be read again would hide the calendar.
            guard let value = XMLWriter.fragment(element) else { throw Proppatch.Refusal(.forbidden, nil) }
            changes.append(
                .set(CalendarProperty(namespace: property.namespace, name: property.local, value: value)))
        case .remove:
            changes.append(.remove(namespace: property.namespace, name: property.local))
        }
    }

    /// The zone of an iCalendar object with one VTIMEZONE (RFC 4791 5.2.2); nil for anything else.
    static func zone(in text: String) -> CalendarZone? {
        guard let calendar = try? CalendarParser.parse(Array(text.utf8)) else { return nil }
        return try? CalendarZones.only(in: calendar)
    }
}
