// Responses of a multistatus: what a resource has of the properties that were asked for.

import DAVSyntax
import Hummingbird
import LightMailCore

/// Answers one request for properties, resource by resource.
struct PropertyAnswers: Sendable {
    let request: DAVRequest
    let wanted: PropertyRequest
    /// What clients have set of the calendars that are answered for.
    let dead: [UInt64: [CalendarProperty]]
    /// How `C:calendar-data` is made; nil where nobody may ask for it.
    let data: CalendarData?

    /// - Throws: `StoreError`
    func response(for resource: DAVResource, href: String? = nil) async throws -> XMLElement {
        var found: [XMLElement] = []
        var missing: [XMLElement] = []
        switch wanted {
        case .names:
            found = try all(of: resource, isWhole: false).map { XMLElement($0.name) }
        case .all(let including):
            found = try all(of: resource, isWhole: true)
            for name in including where !found.contains(where: { $0.name == name }) {
                try await add(XMLElement(name), of: resource, to: &found, or: &missing)
            }
        case .some(let names):
            for name in names { try await add(name, of: resource, to: &found, or: &missing) }
        }
        var response = XMLElement(.dav("response"), [XMLElement(.dav("href"), text: href ?? path(of: resource))])
        if !found.isEmpty || missing.isEmpty { response.add(found, .ok) }
        if !missing.isEmpty { response.add(missing, .notFound) }
        return response
    }

    /// A response that a resource is not there, or not to be had (RFC 4918 14.24).
    static func response(_ href: String, _ status: HTTPResponse.Status, _ condition: XMLElement? = nil) -> XMLElement {
        var parts = [XMLElement(.dav("href"), text: href), XMLElement(.dav("status"), text: status.line)]
        if let condition { parts.append(XMLElement(.dav("error"), [condition])) }
        return XMLElement(.dav("response"), parts)
    }

    private func path(of resource: DAVResource) -> String { resource.href(of: request.account) }

    private func add(
        _ name: XMLElement, of resource: DAVResource, to found: inout [XMLElement], or missing: inout [XMLElement]
    ) async throws {
        if let element = try await value(name.name, of: resource) {
            found.append(element)
        } else {
            missing.append(XMLElement(name.name))
        }
    }

    private func value(_ name: XMLName, of resource: DAVResource) async throws -> XMLElement? {
        if let live = LiveProperty.byName[name] {
            return live.value(resource, request.account).map { XMLElement(name, children: $0) }
        }
        if name == .calDAV("calendar-data"), let data, case .event(let event, _) = resource {
            return XMLElement(name, text: try await data.text(of: event, request.calendars))
        }
        return try deadProperties(of: resource).first { $0.name == name }
    }

    private func all(of resource: DAVResource, isWhole: Bool) throws -> [XMLElement] {
        let live = LiveProperty.all.filter { $0.isInAll || !isWhole }.compactMap { property in
            property.value(resource, request.account).map { XMLElement(property.name, children: $0) }
        }
        return live + (try deadProperties(of: resource))
    }

    private func deadProperties(of resource: DAVResource) throws -> [XMLElement] {
        guard case .calendar(let calendar) = resource else { return [] }
        return try (dead[calendar.id] ?? []).map { property in
            do throws(XMLError) {
                return try XMLReader.read(property.value)
            } catch {
                throw StoreError(.corrupt, "property \(property.name) of calendar \(calendar.id): \(error.message)")
            }
        }
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
