import MailFormat
import MariaDBClient

/// Which parts of a message's details to read.
package struct DetailParts: OptionSet, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let header = DetailParts(rawValue: 1)
    /// The header if it has no more than ``largestShortHeader`` bytes, for whoever reads many at once.
    package static let shortHeader = DetailParts(rawValue: 16)

    /// More than the headers of ordinary mail have.
    package static let largestShortHeader = 16_384
    package static let envelope = DetailParts(rawValue: 2)
    /// The envelope as it is stored, for whoever looks at little of many.
    package static let storedEnvelope = DetailParts(rawValue: 32)
    package static let structure = DetailParts(rawValue: 4)
    /// The structure if it takes no more than ``longestShortStructure`` bytes where it is stored, for whoever reads many at
    /// once.
    package static let shortStructure = DetailParts(rawValue: 64)

    /// More than the structures of ordinary mail take.
    package static let longestShortStructure = 2048
    /// Where there is none yet, the structure in its place.
    package static let preview = DetailParts(rawValue: 8)
}

/// What never changes about a message, and where its bytes are.
package struct MessageDetails: Sendable {
    package let uid: UID
    package let objectID: ObjectID
    package let object: StoredObject
    /// Shown before the object's bytes: the Delivered-To field of this recipient, or nothing.
    package let prefix: [UInt8]
    /// Octets of the header with its blank line, the prefix included.
    package let headerSize: UInt64
    /// The header with its blank line, the prefix included; nil when not asked for, or too large to be kept in the row.
    package let header: [UInt8]?
    package let envelope: Envelope?
    /// Nil when not asked for.
    package let storedEnvelope: [UInt8]?
    /// Ranges are of the object: add `prefix.count` for the message's.
    package let structure: BodyPart?
    /// The beginning of the text, UTF-8; nil when not asked for, or not made yet.
    package let preview: [UInt8]?
    /// When the message came into this mailbox, seconds since 1970 (SAVEDATE, RFC 8514).
    package let savedAt: Int64

    /// Octets of the message as a client sees it.
    package var size: UInt64 { UInt64(prefix.count) + object.size }
}

extension Messages {
    /// Details of messages, living or not yet collected, by ascending UID. One round trip; give it at most 1,000 UIDs.
    ///
    /// A session may ask for a message that another has expunged: the tombstone still knows the object.
    ///
    /// - Parameter livingOnly: leaves those out.
    package func details(
        account: AccountID, mailbox: MailboxID, uids: [UID], parts: DetailParts, livingOnly: Bool = false
    ) async throws(StoreError) -> [MessageDetails] {
        guard !uids.isEmpty else { return [] }
        let hole = "NULL"
        let shortHeader = "IF(o.header_size <= \(DetailParts.largestShortHeader), o.header, NULL)"
        let header = parts.contains(.header) ? "o.header" : parts.contains(.shortHeader) ? shortHeader : hole
        let envelope = parts.isDisjoint(with: [.envelope, .storedEnvelope]) ? hole : "o.envelope"
        let preview = parts.contains(.preview) ? "o.preview" : hole
        let shortStructure = "IF(LENGTH(o.structure) <= \(DetailParts.longestShortStructure), o.structure, NULL)"
        let structure =
            parts.contains(.structure)
            ? "o.structure"
            : parts.contains(.preview)
                ? "IF(o.preview IS NULL, o.structure, NULL)" : parts.contains(.shortStructure) ? shortStructure : hole
        // Placeholder counts are rounded up to powers of two, so that few statements serve every number of UIDs.
        var slots = 1
        while slots < uids.count { slots *= 2 }
        let padded = uids + Array(repeating: uids[0], count: slots - uids.count)
        let sql = """
            SELECT m.uid, m.object_id, o.object_key, o.size, o.sha256, m.delivered_to, o.header_size, \(header), \
            \(envelope), \(structure), \(preview), TIMESTAMPDIFF(SECOND, '1970-01-01', m.saved_at) \
            FROM messages m JOIN mailboxes b ON b.id = m.mailbox_id JOIN object_keys o ON o.id = m.object_id \
            WHERE m.mailbox_id = ? AND b.account_id = ? AND m.uid IN (\(Array(repeating: "?", count: slots).joined(separator: ","))) \
            \(livingOnly ? "AND m.deleted_at IS NULL" : "") ORDER BY m.uid
            """
        let parameters: [SQLValue] =
            [.uint(mailbox.rawValue), .uint(account.rawValue)] + padded.map { .uint(UInt64($0)) }
        return try await mapped {
            try await database.read { connection in
                try connection.query(sql, parameters).map { try MessageDetails(row: $0, parts) }
            }
        }
    }
}

extension Messages {
    /// The same of a few messages of a mailbox that is open: what this process was asked for lately takes no round trip.
    package func details(
        account: AccountID, mailbox: MailboxIndex, uids: [UID], parts: DetailParts
    ) async throws(StoreError) -> [MessageDetails] {
        guard uids.count <= Self.fewMessages, parts.isSubset(of: DetailsCache.parts) else {
            return try await details(account: account, mailbox: mailbox.mailbox, uids: uids, parts: parts)
        }
        func key(_ uid: UID) -> DetailsCache.Key {
            DetailsCache.Key(
                account: account, mailbox: mailbox.mailbox, uidValidity: mailbox.uidValidity, uid: uid)
        }
        if let known = detailsCache.find(uids.map(key), parts) { return known }
        let read = try await details(account: account, mailbox: mailbox.mailbox, uids: uids, parts: parts)
        for details in read { detailsCache.keep(details, parts, key(details.uid)) }
        return read
    }

    /// More are a listing, which is not asked for again.
    private static let fewMessages = 4
}

extension MessageDetails {
    fileprivate init(row: Row, _ parts: DetailParts) throws {
        uid = UInt32(try row[0].uint64)
        objectID = ObjectID(try row[1].uint64)
        object = StoredObject(key: try row[2].string, size: try row[3].uint64, sha256: try row[4].bytes)
        prefix = DeliveredTo.field(try row[5].optional?.bytes)
        headerSize = UInt64(prefix.count) + (try row[6].uint64)
        header = try row[7].optional.map { [prefix] in prefix + (try $0.bytes) }
        let stored = try row[8].optional?.bytes
        storedEnvelope = parts.contains(.storedEnvelope) ? stored : nil
        envelope = parts.contains(.envelope) ? try stored.map { try Envelope(encoded: $0) } : nil
        structure = try row[9].optional.map { try BodyPart(encoded: try $0.bytes) }
        preview = try row[10].optional?.bytes
        savedAt = try row[11].int64
    }
}

/// The one field that differs between the recipients of a message: it is kept in the row, so that they share an object.
enum DeliveredTo {
    /// Longest address kept, in bytes; the column's width.
    static let maximumLength = 400

    /// The field with its CRLF; empty for nil.
    static func field(_ address: [UInt8]?) -> [UInt8] {
        guard let address else { return [] }
        return Array("Delivered-To: ".utf8) + address + [13, 10]
    }
}
