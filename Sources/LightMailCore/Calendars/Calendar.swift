// Calendars and what is in them, as rows.

import CalendarFormat
import MariaDBClient
import S3Client

/// A calendar of an account.
package struct Calendar: Sendable, Hashable {
    package let id: UInt64
    package let account: AccountID
    package let name: String
    /// Its name in paths: unique among the account's living calendars, and never another's.
    package let resource: String
    /// What it takes.
    package let components: CalendarComponents
    /// Grows with every change of its events.
    package let highestModSeq: ModSeq
    /// What was deleted up to this one may not be known any more.
    package let collectedModSeq: ModSeq
    package let events: Int64
    /// Octets of its living events.
    package let bytes: Int64

    /// The columns that `init(row:)` reads.
    static let columns = """
        c.id, c.account_id, c.name, c.highest_modseq, c.events, c.bytes, c.resource, c.components, c.collected_modseq
        """

    init(row: Row) throws {
        id = try row[0].uint64
        account = AccountID(try row[1].uint64)
        name = try row[2].string
        highestModSeq = try row[3].uint64
        events = try row[4].int64
        bytes = try row[5].int64
        resource = String(decoding: try row[6].bytes, as: UTF8.self)
        components = CalendarComponents(rawValue: UInt8(truncatingIfNeeded: try row[7].uint64))
        collectedModSeq = try row[8].uint64
    }

    /// Characters that a name may have.
    static let longestName = 255
    /// Octets that a name in a path may have.
    package static let longestResource = 255

    /// - Throws: `StoreError` invalid.
    static func requireName(_ name: String) throws(StoreError) {
        guard (1...longestName).contains(name.unicodeScalars.count),
            name.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
        else {
            throw StoreError(
                .invalid("a calendar's name has 1 to \(longestName) characters, and no control characters"))
        }
    }
}

/// The components that a calendar takes (RFC 4791 5.2.3).
package struct CalendarComponents: OptionSet, Sendable, Hashable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let events = CalendarComponents(rawValue: 1)
    package static let todos = CalendarComponents(rawValue: 2)
    package static let journals = CalendarComponents(rawValue: 4)
    package static let standard: CalendarComponents = [.events, .todos]

    private static let all: [(CalendarComponents, CalendarObject.Kind)] = [
        (.events, .event), (.todos, .todo), (.journals, .journal),
    ]

    /// - Returns: nil for names that no calendar takes, and for none at all.
    package init?(names: [String]) {
        self = []
        for name in names {
            guard let found = Self.all.first(where: { $0.1.rawValue == name.uppercased() }) else { return nil }
            insert(found.0)
        }
        if isEmpty { return nil }
    }

    package var names: [String] { Self.all.filter { contains($0.0) }.map(\.1.rawValue) }

    package func take(_ kind: CalendarObject.Kind) -> Bool {
        Self.all.contains { $0.1 == kind && contains($0.0) }
    }
}

/// A calendar object resource: an event, a to-do, a journal entry or free-busy time with all its recurrences.
package struct CalendarEvent: Sendable, Hashable {
    package let id: UInt64
    package let calendar: UInt64
    package let account: AccountID
    package let uid: String
    /// Its name in the calendar's path: unique among the living ones, and kept by a deleted one.
    package let resource: String
    /// VEVENT, VTODO, VJOURNAL or VFREEBUSY.
    package let component: String
    package let summary: String
    package let recurs: Bool
    package let modSeq: ModSeq
    /// Seconds since 1970.
    package let createdAt: Int64
    package let updatedAt: Int64
    /// When it was deleted; nil for a living one.
    package let deletedAt: Int64?
    let object: StoredObject
    /// The octets where they are small; else they are read from the object.
    private let kept: [UInt8]?

    /// The columns that `init(row:)` reads, of the events `e`, the calendars `c` and the objects `o`.
    static let columns = """
        e.id, e.calendar_id, c.account_id, e.uid, e.component, e.summary, e.recurs, e.modseq, \
        TIMESTAMPDIFF(SECOND, '1970-01-01', e.created_at), TIMESTAMPDIFF(SECOND, '1970-01-01', e.updated_at), \
        TIMESTAMPDIFF(SECOND, '1970-01-01', e.deleted_at), o.object_key, o.size, o.sha256, o.header, \
        e.resource
        """

    init(row: Row) throws {
        id = try row[0].uint64
        calendar = try row[1].uint64
        account = AccountID(try row[2].uint64)
        uid = String(decoding: try row[3].bytes, as: UTF8.self)
        component = try row[4].string
        summary = String(decoding: try row[5].bytes, as: UTF8.self)
        recurs = try row[6].bool
        modSeq = try row[7].uint64
        createdAt = try row[8].int64
        updatedAt = try row[9].int64
        deletedAt = try row[10].optionalInt64
        object = StoredObject(key: try row[11].string, size: try row[12].uint64, sha256: try row[13].bytes)
        kept = try row[14].optional?.bytes
        resource = String(decoding: try row[15].bytes, as: UTF8.self)
    }

    /// Octets of it.
    package var size: UInt64 { object.size }

    /// A strong entity tag (RFC 9110 8.8.3), with its quotes: it names the octets.
    package var entityTag: String { Self.entityTag(sha256: object.sha256) }

    /// The tag that an event of these octets has.
    package static func entityTag(of octets: [UInt8]) -> String {
        entityTag(sha256: SHA256Hasher.hash(octets))
    }

    private static func entityTag(sha256: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        let text = sha256.prefix(16).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return "\"" + String(decoding: text, as: UTF8.self) + "\""
    }

    /// The octets as they were stored.
    ///
    /// - Throws: `StoreError` notFound, corrupt, unavailable.
    func octets(_ objects: ObjectStore) async throws(StoreError) -> [UInt8] {
        if let kept { return kept }
        return try await objects.whole(object, limit: UInt64(Calendars.longestObject))
    }
}
