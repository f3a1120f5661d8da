// The live properties of calendars (RFC 4791 5.2, RFC 6578 4, RFC 3253 3.1.5).

import DAVSyntax
import LightMailCore
import XMLSyntax

extension LiveProperty {
    static let calendar = [
        LiveProperty(.dav("supported-report-set")) { resource, _ in
            guard case .calendar = resource else { return [] }
            return ReportRequest.names.map {
                .element(XMLElement(.dav("supported-report"), [XMLElement(.dav("report"), [XMLElement($0)])]))
            }
        },
        LiveProperty(.dav("sync-token")) { resource, _ in
            if case .calendar(let calendar) = resource { [.text(SyncToken(of: calendar).text)] } else { nil }
        },
        LiveProperty(.calendarServer("getctag")) { resource, _ in
            if case .calendar(let calendar) = resource { [.text(SyncToken(of: calendar).text)] } else { nil }
        },
        LiveProperty(.calDAV("supported-calendar-component-set")) { resource, _ in
            guard case .calendar(let calendar) = resource else { return nil }
            return calendar.components.names.map {
                .element(XMLElement(.calDAV("comp"), [XMLAttribute(XMLName("", "name"), $0)]))
            }
        },
        LiveProperty(.calDAV("supported-calendar-data")) { resource, _ in
            guard case .calendar = resource else { return nil }
            return [
                .element(
                    XMLElement(
                        .calDAV("calendar-data"),
                        [
                            XMLAttribute(XMLName("", "content-type"), "text/calendar"),
                            XMLAttribute(XMLName("", "version"), "2.0"),
                        ]))
            ]
        },
        LiveProperty(.calDAV("supported-collation-set")) { resource, _ in
            guard case .calendar = resource else { return nil }
            return TextMatch.Collation.allCases.map {
                .element(XMLElement(.calDAV("supported-collation"), text: $0.rawValue))
            }
        },
        LiveProperty(.calDAV("max-resource-size")) { resource, _ in
            if case .calendar = resource { [.text(String(Calendars.longestObject))] } else { nil }
        },
    ]
}

/// Where a client that synchronises stands, as a URI (RFC 6578 4): the numbers that the core has for it.
///
///     token = "data:," calendar "-" modseq ["-" modseq]
struct SyncToken: Sendable, Hashable {
    let point: CalendarSyncPoint

    init(_ point: CalendarSyncPoint) { self.point = point }

    init(of calendar: Calendar) {
        point = CalendarSyncPoint(calendar: calendar.id, modSeq: calendar.highestModSeq)
    }

    /// - Returns: nil for what was never given out.
    init?(_ text: String) {
        guard text.hasPrefix("data:,") else { return nil }
        let parts = text.dropFirst("data:,".count).split(separator: "-", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { UInt64($0) }
        guard numbers.count == parts.count, numbers.count == 2 || numbers.count == 3 else { return nil }
        point = CalendarSyncPoint(
            calendar: numbers[0], modSeq: numbers[1], knowsNothingBefore: numbers.count == 3 ? numbers[2] : nil)
    }

    var text: String {
        let text = "data:,\(point.calendar)-\(point.modSeq)"
        return point.knowsNothingBefore > point.modSeq ? "\(text)-\(point.knowsNothingBefore)" : text
    }
}
