// Responses of a multistatus: what a resource has of the properties that were asked for.

import DAVSyntax
import Hummingbird
import LightMailCore
import XMLSyntax

/// Answers one request for properties, resource by resource.
struct PropertyAnswers: Sendable {
    let request: DAVRequest
    let wanted: PropertyRequest
    /// What clients have set of the calendars that are answered for.
    let dead: [UInt64: [CalendarProperty]]
    /// How `C:calendar-data` is made; nil where nobody may ask for it.
    let data: CalendarData?

    /// What there is to say of a resource. One that cannot be read is answered 500, and the others are answered all the same.
    ///
    /// - Throws: `StoreError`
    func response(for resource: DAVResource, href: String? = nil) async throws -> XMLElement {
        guard case .event(let event, let calendar) = resource else { return try await made(resource, href) }
        do {
            return try await request.reading(event, in: calendar) { try await made(.event($0, in: calendar), href) }
                ?? Self.response(href ?? path(of: resource), .notFound)
        } catch let error as StoreError where error.kind == .corrupt {
            request.service.logger.error("cannot read an event", metadata: ["error": "\(error)"])
            return Self.response(href ?? path(of: resource), .internalServerError)
        }
    }

    private func made(_ resource: DAVResource, _ href: String?) async throws -> XMLElement {
        var found: [XMLElement] = []
        var missing: [XMLElement] = []
        var refused: (name: XMLName, problem: DAVProblem)?
        let own = deadProperties(of: resource)
        func add(_ name: XMLName) async throws {
            do {
                guard let element = try await value(name, of: resource, own) else {
                    missing.append(XMLElement(name))
                    return
                }
                found.append(element)
            } catch let problem as DAVProblem {
                refused = (name, problem)
            }
        }
        switch wanted {
        case .names:
            found = all(of: resource, own, isWhole: false).map { XMLElement($0.name) }
        case .all(let including):
            found = all(of: resource, own, isWhole: true)
            for name in including where !found.contains(where: { $0.name == name }) { try await add(name) }
        case .some(let names):
            for name in names { try await add(name.name) }
        }
        var response = XMLElement(.dav("response"), [XMLElement(.dav("href"), text: href ?? path(of: resource))])
        if !found.isEmpty || (missing.isEmpty && refused == nil) { response.add(found, .ok) }
        if !missing.isEmpty { response.add(missing, .notFound) }
        if let (name, problem) = refused {
            response.add([XMLElement(name)], problem.status, condition: problem.condition)
        }
        return response
    }

    /// A response that a resource is not there, or not to be had (RFC 4918 14.24).
    static func response(_ href: String, _ status: HTTPResponse.Status, _ condition: XMLElement? = nil) -> XMLElement {
        var parts = [XMLElement(.dav("href"), text: href), XMLElement(.dav("status"), text: status.line)]
        if let condition { parts.append(XMLElement(.dav("error"), [condition])) }
        return XMLElement(.dav("response"), parts)
    }

    private func path(of resource: DAVResource) -> String { resource.href(of: request.account) }

    private func value(_ name: XMLName, of resource: DAVResource, _ own: [XMLElement]) async throws -> XMLElement? {
        if let live = LiveProperty.byName[name] {
            return live.value(resource, request.account).map { XMLElement(name, children: $0) }
        }
        if name == .calDAV("calendar-data"), let data, case .event(let event, _) = resource {
            return XMLElement(name, text: try await data.text(of: event, request.calendars))
        }
        return own.first { $0.name == name }
    }

    private func all(of resource: DAVResource, _ own: [XMLElement], isWhole: Bool) -> [XMLElement] {
        LiveProperty.all.filter { $0.isInAll || !isWhole }.compactMap { property in
            property.value(resource, request.account).map { XMLElement(property.name, children: $0) }
        } + own
    }

    /// What cannot be read is not there: it was looked at before it was kept.
    private func deadProperties(of resource: DAVResource) -> [XMLElement] {
        guard case .calendar(let calendar) = resource else { return [] }
        return (dead[calendar.id] ?? []).compactMap { try? XMLReader.read($0.value) }
    }
}

extension XMLElement {
    /// Adds a propstat (RFC 4918 14.22).
    mutating func add(_ properties: [XMLElement], _ status: HTTPResponse.Status, condition: XMLElement? = nil) {
        var parts = [XMLElement(.dav("prop"), properties), XMLElement(.dav("status"), text: status.line)]
        if let condition { parts.append(XMLElement(.dav("error"), [condition])) }
        children.append(.element(XMLElement(.dav("propstat"), parts)))
    }
}
