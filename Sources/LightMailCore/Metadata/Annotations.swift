import MariaDBClient

/// The annotations of an account: of its mailboxes, and of the server as the account sees it.
///
/// They hang on the mailbox's row, so that they follow a rename, end with the mailbox, and are not inherited by another
/// mailbox of the same name. What an account keeps is bounded: by entry, by mailbox and altogether, where deleted mailboxes
/// count until the collector has taken them.
package struct Annotations: Sendable {
    let database: ConnectionPool
    let changes: ChangeFeed
    package let limits: AnnotationLimits

    /// What of a mailbox is annotated. One round trip.
    ///
    /// - Throws: `StoreError` notFound when the account has no such living mailbox.
    package func read(
        _ account: AccountID, _ path: MailboxPath, _ query: AnnotationQuery
    ) async throws(StoreError) -> [Annotation] {
        let script: SQLText = """
            SELECT id FROM mailboxes WHERE account_id = \(account.rawValue) AND name = \(hex: path.bytes) AND live = 1;\
            SELECT \(query.columns) FROM mailbox_metadata WHERE mailbox_id = (SELECT id FROM mailboxes \
            WHERE account_id = \(account.rawValue) AND name = \(hex: path.bytes) AND live = 1) AND \(query.condition) \
            ORDER BY name
            """
        return try await mapped {
            try await database.read { connection in
                let results = try connection.script(script)
                guard !results[0].rows.isEmpty else { throw StoreError(.notFound, "mailbox of account \(account)") }
                return try results[1].rows.map { try Annotation(row: $0) }
            }
        }
    }

    /// What the account keeps of the server. One round trip.
    package func read(_ account: AccountID, _ query: AnnotationQuery) async throws(StoreError) -> [Annotation] {
        let script: SQLText = """
            SELECT \(query.columns) FROM account_metadata WHERE account_id = \(account.rawValue) \
            AND \(query.condition) ORDER BY name
            """
        return try await mapped {
            try await database.read { try $0.script(script)[0].rows.map { try Annotation(row: $0) } }
        }
    }

    /// What of several mailboxes is annotated; nothing of those that are gone. One round trip.
    package func read(
        _ mailboxes: [Mailbox], _ query: AnnotationQuery
    ) async throws(StoreError) -> [MailboxID: [Annotation]] {
        guard !mailboxes.isEmpty else { return [:] }
        let owners = Set(mailboxes.map(\.account.rawValue)).sorted()
        let script: SQLText = """
            SELECT \(query.columns), mailbox_id FROM mailbox_metadata WHERE mailbox_id IN (SELECT id FROM mailboxes \
            WHERE account_id IN (\(list: owners)) AND live = 1 AND id IN (\(list: mailboxes.map(\.id.rawValue)))) \
            AND \(query.condition) ORDER BY mailbox_id, name
            """
        return try await mapped {
            try await database.read { connection in
                var annotations: [MailboxID: [Annotation]] = [:]
                for row in try connection.script(script)[0].rows {
                    annotations[MailboxID(try row[3].uint64), default: []].append(try Annotation(row: row))
                }
                return annotations
            }
        }
    }

    /// Sets or removes annotations of a mailbox, all or none. Two round trips.
    ///
    /// - Throws: `StoreError` notFound; `AnnotationError`.
    package func write(
        _ account: AccountID, _ path: MailboxPath, _ annotations: [Annotation], permit: MailboxPermit? = nil
    ) async throws {
        let living: SQLText = """
            FROM mailboxes WHERE account_id = \(account.rawValue) AND name = \(hex: path.bytes) AND live = 1
            """
        let mailbox = try await writing(annotations) { connection in
            let room = try AnnotationRoom(
                account, lock: "SELECT id, highest_modseq \(living) FOR UPDATE",
                names: "SELECT name, LENGTH(value) FROM mailbox_metadata WHERE mailbox_id = (SELECT id \(living))",
                on: connection)
            guard let row = room.locked.first else { throw StoreError(.notFound, "mailbox of account \(account)") }
            let id = MailboxID(try row[0].uint64)
            if let permit {
                guard permit.mailbox == id else { throw StoreError(.notFound, "mailbox of account \(account)") }
                try HeldRights(try connection.script(MailboxPermit.select([permit]))[0].rows).check(permit)
            }
            // RFC 7162 3.2: a change of the mailbox, so that a client that comes back looks.
            let modSeq = try row[1].uint64 + 1
            var script: SQLText = "UPDATE mailboxes SET highest_modseq = \(modSeq) WHERE id = \(id.rawValue)"
            for annotation in try room.admitted(annotations, limits) {
                script += """
                    ;\(annotation.write("mailbox_metadata", "mailbox_id", id.rawValue));\
                    \(MailboxChange.insert(
                        account, id, modSeq: modSeq, "metadata", name: path, detail: Array(annotation.name.utf8)))
                    """
            }
            _ = try connection.commit(after: script)
            return id
        }
        changes.post(account: account, mailbox: mailbox)
    }

    /// Sets or removes what the account keeps of the server, all or none. Two round trips.
    ///
    /// - Throws: `StoreError` notFound for the account; `AnnotationError`.
    package func write(_ account: AccountID, _ annotations: [Annotation]) async throws {
        try await writing(annotations) { connection in
            let room = try AnnotationRoom(
                account, lock: "DO 0",
                names: "SELECT name, LENGTH(value) FROM account_metadata WHERE account_id = \(account.rawValue)",
                on: connection)
            var script: SQLText = "DO 0"
            for annotation in try room.admitted(annotations, limits) {
                script += """
                    ;\(annotation.write("account_metadata", "account_id", account.rawValue));\
                    \(MailboxChange.insert(account, nil, "metadata", name: nil, detail: Array(annotation.name.utf8)))
                    """
            }
            _ = try connection.commit(after: script)
        }
    }

    private func writing<Value: Sendable>(
        _ annotations: [Annotation], _ body: @escaping @Sendable (Connection) throws -> Value
    ) async throws -> Value {
        guard annotations.allSatisfy({ $0.size <= limits.size }) else { throw AnnotationError.tooLarge(limits.size) }
        do {
            return try await database.transaction(body)
        } catch let error as AnnotationError {
            throw error
        } catch {
            throw StoreError(error)
        }
    }
}

/// Why annotations were not set (RFC 5464 4.3).
package enum AnnotationError: Error, Hashable {
    /// In octets: the largest value that is taken.
    case tooLarge(Int)
    /// There would be too many, or too many octets of them.
    case tooMany
}

/// What there is of annotations, read under the account row's lock, so that two sessions do not fill the same room.
private struct AnnotationRoom {
    /// Rows that `lock` gave.
    let locked: [Row]
    /// Octets of the values that are there, by entry.
    private var sizes: [String: Int] = [:]
    private let total: Int

    /// Locks and reads in one round trip; nothing is read before all is locked.
    ///
    /// - Parameters:
    ///   - lock: locks the mailbox, which comes before the account.
    ///   - names: selects the entries that are there, and the octets of their values.
    /// - Throws: `StoreError` notFound for the account.
    init(_ account: AccountID, lock: SQLText, names: SQLText, on connection: Connection) throws {
        let results = try connection.script(
            """
            \(lock);SELECT id FROM accounts WHERE id = \(account.rawValue) AND live = 1 FOR UPDATE;\(names);\
            \(AnnotationTotal.select(account))
            """)
        guard !results[1].rows.isEmpty else { throw StoreError(.notFound, "account \(account)") }
        locked = results[0].rows
        for row in results[2].rows {
            sizes[String(decoding: try row[0].bytes, as: UTF8.self)] = Int(try row[1].uint64)
        }
        total = Int(try results[3].rows[0][0].int64)
    }

    /// Those of the annotations that change anything; of an entry that is named twice, the last.
    ///
    /// - Throws: `AnnotationError` tooMany. What is there may be removed or made smaller whatever the limits are now.
    func admitted(_ annotations: [Annotation], _ limits: AnnotationLimits) throws(AnnotationError) -> [Annotation] {
        var after = sizes
        for annotation in annotations { after[annotation.name] = annotation.value?.count }
        let growth = after.values.reduce(0, +) - sizes.values.reduce(0, +)
        guard after.count <= max(limits.count, sizes.count), growth <= 0 || total + growth <= limits.total else {
            throw .tooMany
        }
        var last: [String: Annotation] = [:]
        for annotation in annotations { last[annotation.name] = annotation }
        return last.values.filter { $0.value != nil || sizes[$0.name] != nil }.sorted { $0.name < $1.name }
    }
}

/// What all annotations of an account add up to.
enum AnnotationTotal {
    /// Of deleted mailboxes too, until they are collected.
    static func select(_ account: AccountID) -> SQLText {
        """
        SELECT (SELECT COALESCE(SUM(LENGTH(m.value)), 0) FROM mailboxes b JOIN mailbox_metadata m ON m.mailbox_id = b.id \
        WHERE b.account_id = \(account.rawValue)) + (SELECT COALESCE(SUM(LENGTH(value)), 0) FROM account_metadata \
        WHERE account_id = \(account.rawValue))
        """
    }

    /// Gives a mailbox the annotations of another, unless the account has so many octets of them that doing it again and
    /// again would be a way around the limit.
    static func copy(_ account: AccountID, from source: MailboxID, to destination: MailboxID) -> SQLText {
        """
        INSERT INTO mailbox_metadata (mailbox_id, name, value) SELECT \(destination.rawValue), name, value \
        FROM mailbox_metadata WHERE mailbox_id = \(source.rawValue) \
        AND (\(select(account))) <= \(AnnotationLimits().total)
        """
    }
}

extension Annotation {
    /// - Parameter row: of `AnnotationQuery.columns`.
    fileprivate init(row: Row) throws {
        self.init(
            name: String(decoding: try row[0].hex, as: UTF8.self), value: try row[1].optional?.hex,
            size: Int(try row[2].uint64))
    }

    /// The statement that sets or removes it.
    fileprivate func write(_ table: SQLText, _ column: SQLText, _ owner: UInt64) -> SQLText {
        guard let value else { return "DELETE FROM \(table) WHERE \(column) = \(owner) AND name = \(hex: name.utf8)" }
        return """
            INSERT INTO \(table) (\(column), name, value) VALUES (\(owner), \(hex: name.utf8), \(hex: value)) \
            ON DUPLICATE KEY UPDATE value = VALUES(value)
            """
    }
}

extension AnnotationQuery {
    /// What `Annotation.init(row:)` reads.
    fileprivate var columns: SQLText {
        "HEX(name), IF(LENGTH(value) <= \(maximumSize), HEX(value), NULL), LENGTH(value)"
    }

    /// The condition that a row's name is one of those, or as far below one of them as is looked.
    fileprivate var condition: SQLText {
        let parts: [SQLText] = names.map { name in
            let exact: SQLText = "name = \(hex: name.utf8)"
            guard depth != .zero else { return exact }
            // The names that begin with `name/`: "0" is what follows "/".
            let below: SQLText = "name > \(hex: (name + "/").utf8) AND name < \(hex: (name + "0").utf8)"
            guard depth == .one else { return "\(exact) OR \(below)" }
            return "\(exact) OR \(below) AND LOCATE('/', name, \(name.utf8.count + 2)) = 0"
        }
        return parts.dropFirst().reduce("(" + (parts.first ?? "FALSE")) { $0 + " OR " + $1 } + ")"
    }
}
