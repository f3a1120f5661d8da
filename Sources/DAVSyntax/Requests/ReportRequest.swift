import XMLSyntax

/// The body of REPORT (RFC 3253 3.6), by the report that it asks for.
package enum ReportRequest: Hashable, Sendable {
    case query(CalendarQuery)
    case multiget(CalendarMultiget)
    case sync(SyncCollection)
    case freeBusy(TimeRange)

    /// The reports that there are.
    package static let names: [XMLName] = [
        .calDAV("calendar-query"), .calDAV("calendar-multiget"), .calDAV("free-busy-query"), .dav("sync-collection"),
    ]

    /// - Throws: `BodyError`: supported-report for any other.
    package init(_ root: XMLElement) throws(BodyError) {
        switch root.name {
        case .calDAV("calendar-query"): self = .query(try CalendarQuery(root))
        case .calDAV("calendar-multiget"): self = .multiget(try CalendarMultiget(root))
        case .dav("sync-collection"): self = .sync(try SyncCollection(root))
        case .calDAV("free-busy-query"):
            guard let element = root.first(.calDAV("time-range")) else {
                throw .malformed("free-busy-query has a time-range")
            }
            self = .freeBusy(try TimeRange(element, isWhole: true))
        default:
            throw .precondition(.dav("supported-report"), "there is no such report")
        }
    }
}

/// RFC 4791 7.8
///
///     <!ELEMENT calendar-query ((allprop | propname | prop)?, filter, timezone?)>
package struct CalendarQuery: Hashable, Sendable {
    package let properties: PropertyRequest
    package let filter: ComponentFilter
    /// An object with one VTIMEZONE, for times without a zone; nil for the calendar's own.
    package let timeZone: String?

    fileprivate init(_ root: XMLElement) throws(BodyError) {
        properties = try PropertyRequest(within: root) ?? .some([])
        guard let filter = root.first(.calDAV("filter")) else { throw .malformed("calendar-query has a filter") }
        self.filter = try ComponentFilter(filter: filter)
        timeZone = root.first(.calDAV("timezone"))?.text
    }
}

/// RFC 4791 7.9
///
///     <!ELEMENT calendar-multiget ((allprop | propname | prop)?, href+)>
package struct CalendarMultiget: Hashable, Sendable {
    package let properties: PropertyRequest
    package let hrefs: [String]

    /// Resources of one request.
    package static let most = 10_000

    fileprivate init(_ root: XMLElement) throws(BodyError) {
        properties = try PropertyRequest(within: root) ?? .some([])
        hrefs = root.all(.dav("href")).map { $0.text.trimmedOfSpace }
        guard !hrefs.isEmpty else { throw .malformed("calendar-multiget has an href") }
        guard hrefs.count <= Self.most else { throw .malformed("calendar-multiget has at most \(Self.most) hrefs") }
    }
}

/// RFC 6578 3.2
///
///     <!ELEMENT sync-collection (sync-token, sync-level, limit?, prop)>
package struct SyncCollection: Hashable, Sendable {
    /// Where the client stands; empty at the beginning.
    package let token: String
    package let properties: PropertyRequest
    /// Members of the answer at most; nil for as many as the server likes.
    package let limit: Int?

    fileprivate init(_ root: XMLElement) throws(BodyError) {
        guard let token = root.first(.dav("sync-token")) else { throw .malformed("sync-collection has a sync-token") }
        self.token = token.text.trimmedOfSpace
        // Drafts had the level in the header; a calendar has no collections in it, so that both levels are one.
        if let level = root.first(.dav("sync-level"))?.text.trimmedOfSpace, level != "1", level != "infinite" {
            throw .malformed("sync-level is 1 or infinite")
        }
        if let element = root.first(.dav("limit"))?.first(.dav("nresults")) {
            guard let limit = Int(element.text.trimmedOfSpace), limit > 0 else {
                throw .malformed("nresults is a number above 0")
            }
            self.limit = limit
        } else {
            limit = nil
        }
        properties = try PropertyRequest(within: root) ?? .some([])
    }
}

extension String {
    /// Without white space at either end.
    var trimmedOfSpace: String {
        let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\n" || $0 == "\r" || $0 == "\r\n" }
        guard let first = firstIndex(where: { !isSpace($0) }), let last = lastIndex(where: { !isSpace($0) }) else {
            return ""
        }
        return String(self[first...last])
    }
}
