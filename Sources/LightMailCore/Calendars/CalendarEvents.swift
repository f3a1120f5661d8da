import CalendarFormat
import MariaDBClient

extension Calendars {
    /// Octets of an object that are kept in its row as well.
    private static let largestKept = 16_384
    private static let longestUID = 255
    /// Bytes of a summary in a row; the rest is in the object.
    private static let longestSummary = 1_000

    /// Reads calendar data as it may be stored.
    ///
    /// - Throws: `StoreError` invalid, which names the line.
    package static func read(_ octets: [UInt8]) throws(StoreError) -> CalendarObject {
        do throws(CalendarError) {
            return try CalendarObject(octets: octets, resolve: { ZoneCatalog.shared.zone($0) })
        } catch {
            throw StoreError(.invalid("the calendar data is refused: \(error.message)"))
        }
    }

    /// Stores an event, or puts it in the place of one. The object is in S3 before the row is committed.
    ///
    /// - Parameters:
    ///   - summary: what to list it by; nil for its own.
    ///   - resource: its name in the calendar's path; nil for one that is made up. What is replaced keeps its own.
    ///   - replaced: the event that gives way to it, as it was last seen: conflict when it has changed since.
    ///   - moved: the event, of the same account, that ends with this one's beginning: conflict when it has changed since.
    /// - Throws: `StoreError` notFound, alreadyExists for a UID or a name that the calendar has, invalid, overQuota,
    ///   conflict, unavailable.
    package func store(
        _ octets: [UInt8], in calendar: Calendar, summary: String? = nil, as resource: String? = nil,
        replacing replaced: CalendarEvent? = nil, moving moved: CalendarEvent? = nil
    ) async throws(StoreError) -> UInt64 {
        let read = try Self.read(octets)
        guard read.uid.utf8.count <= Self.longestUID else {
            throw StoreError(.invalid("a UID has at most \(Self.longestUID) octets"))
        }
        guard (resource?.utf8.count ?? 0) <= Calendar.longestResource else {
            throw StoreError(.invalid("a name in a path has at most \(Calendar.longestResource) octets"))
        }
        if let replaced, replaced.uid != read.uid { throw StoreError(.invalid("the UID of an event stays as it is")) }
        let upload = objects.upload(prefix: "calendars/", suffix: ".ics", contentType: "text/calendar; charset=utf-8")
        try await upload.write(octets)
        let object = try await upload.finish()
        let text = (summary ?? read.main.text("SUMMARY") ?? "").prefixed(octets: Self.longestSummary)
        let storing = EventStoring(
            calendar: calendar, resource: resource ?? String(object.key.drop { $0 != "/" }.dropFirst()),
            replaced: replaced, moved: moved, object: object,
            kept: octets.count <= Self.largestKept ? octets : nil, uid: read.uid, component: read.kind.rawValue,
            summary: text, recurs: read.recurs, extent: read.extent)
        do throws(StoreError) {
            return try await mapped { try await database.transaction(storing.run) }
        } catch {
            switch error.kind {
            case .conflict, .alreadyExists, .overQuota, .notFound:
                // No row refers to it, for certain. Should this fail, the sweep takes it.
                _ = try? await objects.delete([object.key])
            default: break
            }
            throw error
        }
    }

    /// Deletes an event; its row stays as a tombstone until the collector takes it.
    ///
    /// - Throws: `StoreError` notFound; conflict when it has changed since it was seen.
    package func delete(_ event: CalendarEvent) async throws(StoreError) {
        try await mapped {
            try await database.transaction { connection in
                let calendar = try connection.lockCalendar(event.calendar, of: event.account)
                try connection.requireUnchanged(event)
                let modSeq = calendar.highestModSeq + 1
                _ = try connection.commit(
                    after: """
                        UPDATE calendar_events SET live = NULL, deleted_at = UTC_TIMESTAMP(), modseq = \(modSeq) \
                        WHERE id = \(event.id);\
                        UPDATE calendars SET highest_modseq = \(modSeq), events = events - 1, \
                        bytes = bytes - \(event.object.size) WHERE id = \(calendar.id);\
                        \(AccountUsage.change(event.account, bytes: -Int64(event.object.size), messages: 0))
                        """)
            }
        }
    }

    /// The octets of an event as they were stored.
    ///
    /// - Throws: `StoreError` notFound, corrupt, unavailable.
    package func octets(of event: CalendarEvent) async throws(StoreError) -> [UInt8] {
        try await event.octets(objects)
    }
}

/// The storing of one event within a transaction.
private struct EventStoring: Sendable {
    let calendar: Calendar
    let resource: String
    let replaced: CalendarEvent?
    let moved: CalendarEvent?
    let object: StoredObject
    let kept: [UInt8]?
    let uid: String
    let component: String
    let summary: String
    let recurs: Bool
    let extent: (start: Int?, end: Int?)

    func run(on connection: Connection) throws -> UInt64 {
        let locked = try lock(on: connection)
        if let replaced { try connection.requireUnchanged(replaced) }
        let growth = Int64(object.size) - Int64(replaced?.object.size ?? 0)
        let change = growth - Int64(moved?.object.size ?? 0)
        var rooms = try QuotaRooms(
            try connection.script(AccountUsage.lock([calendar.account]))[0].rows, on: connection)
        try rooms.take(calendar.account, bytes: change, messages: 0)
        if let moved { try end(moved, on: connection) }
        let modSeq = locked.highestModSeq + (moved?.calendar == calendar.id ? 2 : 1)
        let objectID = try connection.execute(
            """
            INSERT INTO object_keys (object_key, size, sha256, header_size, header, envelope, structure, preview, \
            created_at) VALUES (?, ?, ?, 0, ?, '', '', '', UTC_TIMESTAMP())
            """,
            [.text(object.key), .uint(object.size), .bytes(object.sha256), kept.map { .bytes($0) } ?? .null]
        ).lastInsertID
        let id = try row(objectID, modSeq, on: connection)
        var script: SQLText = """
            UPDATE calendars SET highest_modseq = \(modSeq), events = events + \(replaced == nil ? 1 : 0), \
            bytes = bytes + (\(growth)) WHERE id = \(calendar.id);\
            \(AccountUsage.change(calendar.account, bytes: change, messages: 0))
            """
        if let replaced {
            let old = try connection.query(
                "SELECT id FROM object_keys WHERE object_key = ? FOR UPDATE", [.text(replaced.object.key)])
            script += ";" + GarbageQueue.add(try old.map { try $0[0].uint64 })
        }
        _ = try connection.commit(after: script)
        return id
    }

    /// Locks the calendar, and that of an event which moves into it, ascending by number.
    private func lock(on connection: Connection) throws -> Calendar {
        var locked: Calendar?
        for id in Set([calendar.id, moved?.calendar ?? calendar.id]).sorted() {
            let found = try connection.lockCalendar(id, of: calendar.account)
            if id == calendar.id { locked = found }
        }
        guard let locked else { throw StoreError(.notFound, "calendar \(calendar.id)") }
        return locked
    }

    /// Leaves a tombstone of what moves away. Its octets are given back by the caller.
    private func end(_ event: CalendarEvent, on connection: Connection) throws {
        try connection.requireUnchanged(event)
        _ = try connection.script(
            """
            UPDATE calendars SET highest_modseq = highest_modseq + 1, events = events - 1, \
            bytes = bytes - \(event.object.size) WHERE id = \(event.calendar);\
            UPDATE calendar_events SET live = NULL, deleted_at = UTC_TIMESTAMP(), \
            modseq = (SELECT highest_modseq FROM calendars WHERE id = \(event.calendar)) WHERE id = \(event.id)
            """)
    }

    /// Inserts or updates the event's row.
    private func row(_ object: UInt64, _ modSeq: ModSeq, on connection: Connection) throws -> UInt64 {
        let values: [SQLValue] = [
            .uint(object), .bytes(Array(uid.utf8)), .text(component), .bytes(Array(summary.utf8)),
            .uint(recurs ? 1 : 0), extent.start.map { .int(Int64($0)) } ?? .null,
            extent.end.map { .int(Int64($0)) } ?? .null, .uint(self.object.size), .uint(modSeq),
        ]
        if let replaced {
            _ = try connection.execute(
                """
                UPDATE calendar_events SET object_id = ?, uid = ?, component = ?, summary = ?, recurs = ?, \
                starts_at = ?, ends_at = ?, size = ?, modseq = ?, updated_at = UTC_TIMESTAMP() WHERE id = ?
                """, values + [.uint(replaced.id)])
            return replaced.id
        }
        do {
            return try connection.execute(
                """
                INSERT INTO calendar_events (object_id, uid, component, summary, recurs, starts_at, ends_at, size, \
                modseq, calendar_id, resource, created_at, updated_at) \
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, UTC_TIMESTAMP(), UTC_TIMESTAMP())
                """, values + [.uint(calendar.id), .bytes(Array(resource.utf8))]
            ).lastInsertID
        } catch let error as DatabaseError where error.kind == .duplicateKey {
            throw StoreError(.alreadyExists, "an event of that UID or name")
        }
    }
}

extension Connection {
    /// - Throws: `StoreError` notFound when an event is gone, conflict when it is not what it was.
    fileprivate func requireUnchanged(_ event: CalendarEvent) throws {
        let rows = try query(
            "SELECT modseq FROM calendar_events WHERE id = ? AND calendar_id = ? AND live = 1 FOR UPDATE",
            [.uint(event.id), .uint(event.calendar)])
        guard let row = rows.first else { throw StoreError(.notFound, "event \(event.id)") }
        guard try row[0].uint64 == event.modSeq else { throw StoreError(.conflict("the event has changed meanwhile")) }
    }
}

extension String {
    /// As much of it as fits, without cutting a character.
    fileprivate func prefixed(octets: Int) -> String {
        var count = 0
        var text = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            count += UTF8.width(scalar)
            guard count <= octets else { break }
            text.append(scalar)
        }
        return String(text)
    }
}
