import MariaDBClient

/// The rows of objects that a transaction makes. They go with the statement that refers to them; only when there are
/// megabytes of them do some go ahead.
///
/// The rows of one INSERT have numbers in sequence: InnoDB takes them together where it knows how many there are
/// (innodb_autoinc_lock_mode 1 and 2).
struct ObjectInserts {
    /// One of the objects.
    struct Place {
        fileprivate let index: Int
    }

    /// Of the objects that went ahead.
    private var ids: [UInt64] = []
    private var rows: [SQLText] = []
    /// Octets of SQL that wait.
    private var size = 0

    /// How many may: a server takes 16 MiB in one text unless it is told otherwise.
    private static let maximumSize = 1 << 20

    /// Adds an object. One round trip when so many wait that they have to go first.
    mutating func add(_ message: ReceivedMessage, on connection: Connection) throws -> Place {
        if size > 0, size + 2 * message.footprint > Self.maximumSize { try flush(on: connection) }
        let header: SQLText = message.header.map { "\(hex: $0)" } ?? "NULL"
        rows.append(
            """
            (\(hex: message.object.key.utf8), \(message.object.size), \(hex: message.object.sha256), \
            \(message.headerSize), \(header), \(hex: message.envelope), \(hex: message.structure), \
            \(hex: message.preview), UTC_TIMESTAMP())
            """)
        size += 2 * message.footprint
        return Place(index: ids.count + rows.count - 1)
    }

    /// The statement that inserts what waits; nil when nothing does. The next one is to refer to it by `id(of:)`.
    var script: SQLText? {
        guard !rows.isEmpty else { return nil }
        return """
            INSERT INTO object_keys (object_key, size, sha256, header_size, header, envelope, structure, preview, \
            created_at) VALUES \(list: rows)
            """
    }

    /// The number of an object.
    func id(of place: Place) -> SQLText {
        guard place.index >= ids.count else { return "\(ids[place.index])" }
        return "LAST_INSERT_ID() + \(place.index - ids.count) * @@auto_increment_increment"
    }

    private mutating func flush(on connection: Connection) throws {
        guard let script else { return }
        let results = try connection.script("\(script);SELECT @@auto_increment_increment")
        let step = try results[1].rows[0][0].uint64
        ids += rows.indices.map { results[0].lastInsertID + UInt64($0) * step }
        rows = []
        size = 0
    }
}
