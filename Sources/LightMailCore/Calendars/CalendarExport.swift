import CalendarFormat

extension Administration {
    /// Events of a calendar that are exported at most.
    package static let largestExport = 10_000
    /// Octets of an export at most.
    private static let exportOctets = 64 * 1_048_576

    /// A whole calendar as one iCalendar object: every event, and each time zone once.
    ///
    /// - Throws: `StoreError` limit when it has too much for one, corrupt for an event that is not what was stored.
    package func export(_ calendar: Calendar, from calendars: Calendars) async throws(StoreError) -> [UInt8] {
        var whole = CalendarComponent(
            "VCALENDAR",
            properties: [
                ContentLine("VERSION", value: "2.0"), ContentLine("PRODID", value: "-//LightMail//Calendar//EN"),
                ContentLine("X-WR-CALNAME", value: CalendarText.escaped(calendar.name)),
            ])
        var zones: Set<String> = []
        var events: [CalendarComponent] = []
        var octets = 0
        var after: UInt64?
        while true {
            let page = try await calendarEvents(in: calendar, page: Page(limit: 500, after: after))
            guard let last = page.last else { break }
            for event in page {
                let bytes = try await calendars.octets(of: event)
                octets += bytes.count
                guard events.count < Self.largestExport, octets <= Self.exportOctets else {
                    throw StoreError(.limit("the calendar is too large for one file"))
                }
                let object: CalendarComponent
                do throws(CalendarError) { object = try CalendarParser.parse(bytes) } catch {
                    throw StoreError(.corrupt, "event \(event.id): \(error.message)")
                }
                for component in object.components {
                    if component.name != "VTIMEZONE" {
                        events.append(component)
                    } else if zones.insert(component.property("TZID")?.value ?? "").inserted {
                        // The first of a name stands for all.
                        whole.components.append(component)
                    }
                }
            }
            after = last.id
        }
        whole.components += events
        return whole.encoded
    }
}
