// What a report gives of an object: the octets as they came, or a part of it (RFC 4791 9.6).

import CalendarFormat
import DAVSyntax
import LightMailCore

struct CalendarData: Sendable {
    let wanted: CalendarDataRequest
    /// Nil for UTC.
    let floating: FloatingZone?

    /// - Throws: `StoreError`; `DAVProblem` for more than is made at once.
    func text(of event: CalendarEvent, _ calendars: Calendars) async throws -> String {
        let octets = try await calendars.octets(of: event)
        guard !wanted.isWhole else { return String(decoding: octets, as: UTF8.self) }
        let object: CalendarObject
        do throws(CalendarError) {
            object = try CalendarObject(
                octets: octets, floating: floating?.zone ?? .utc, resolve: { ZoneCatalog.shared.zone($0) })
        } catch {
            throw StoreError(.corrupt, "event \(event.id): \(error.message)")
        }
        return String(decoding: try selected(object).encoded, as: UTF8.self)
    }

    /// The part that is wanted of an object.
    ///
    /// - Throws: `DAVProblem`
    func selected(_ object: CalendarObject) throws(DAVProblem) -> CalendarComponent {
        var calendar = object.calendar
        if let range = wanted.expand?.range {
            calendar = try CalendarExpansion.expanded(object, in: range)
        } else if let range = wanted.limitRecurrences?.range {
            calendar = CalendarExpansion.limited(object, to: range)
        }
        if let range = wanted.limitFreeBusy?.range {
            calendar = CalendarExpansion.busyLimited(calendar, object, to: range)
        }
        if let component = wanted.component, component.name == calendar.name {
            calendar = Self.reduced(calendar, to: component)
        }
        return calendar
    }

    private static func reduced(
        _ component: CalendarComponent, to wanted: CalendarDataRequest.Component
    ) -> CalendarComponent {
        var result = component
        if let properties = wanted.properties {
            result.properties = component.properties.compactMap { line in
                guard let property = properties.first(where: { $0.name == line.name }) else { return nil }
                return property.isNameOnly ? ContentLine(line.name, line.parameters, value: "") : line
            }
        }
        if let components = wanted.components {
            result.components = component.components.compactMap { inner in
                components.first { $0.name == inner.name }.map { reduced(inner, to: $0) }
            }
        }
        return result
    }
}
