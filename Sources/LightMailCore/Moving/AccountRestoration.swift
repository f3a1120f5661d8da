import MariaDBClient

/// Makes an account of what a backup holds, with the UIDs and the UIDVALIDITY that it had.
///
/// The account can neither log in nor receive until it is whole, and is marked as unfinished until then: a restore that was cut
/// off leaves an account that the next one removes. Counters are counted when all is there.
package struct AccountRestoration: Sendable {
    let database: ConnectionPool
    /// How far UIDNEXT and the mod-sequence go on beyond the backup's: what was given out since the backup was made is not
    /// given to another message, and clients that saw it find that it is gone.
    static let uidGap: UInt32 = 100_000
    static let modSeqGap: UInt64 = 1_000_000
    /// Kept among what the account keeps of the server, where no client may write: it is below no vendor's name.
    private static let mark = "/lightmail/unfinished-restore"

    package init(database: ConnectionPool) {
        self.database = database
    }

    /// A body that a message refers to.
    package enum Body: Sendable {
        /// Safe in the object store, without a row.
        case new(ReceivedMessage)
        /// The number of a row that this restore has made.
        case known(UInt64)
    }

    /// The account of that name that a restore left that was cut off; nil when there is none.
    package func unfinished(_ address: EmailAddress) async throws(StoreError) -> AccountID? {
        try await mapped {
            try await database.read { connection in
                try connection.query(
                    """
                    SELECT a.id FROM accounts a JOIN account_metadata m ON m.account_id = a.id \
                    WHERE a.username = ? AND a.live = 1 AND m.name = ?
                    """, [.text(address.description), .bytes(Array(Self.mark.utf8))]
                ).first.map { AccountID(try $0[0].uint64) }
            }
        }
    }

    /// Makes the account's row.
    ///
    /// - Throws: `StoreError` notFound for the domain, alreadyExists.
    package func begin(_ snapshot: AccountSnapshot, as address: EmailAddress) async throws(StoreError) -> AccountID {
        try await mapped {
            do {
                return try await database.transaction { connection in
                    let rows = try connection.query(
                        "SELECT id FROM domains WHERE name = ? FOR UPDATE", [.text(address.domain)])
                    guard let domain = try rows.first?[0].uint64 else {
                        throw StoreError(.notFound, "domain \(address.domain)")
                    }
                    let made = try connection.execute(
                        """
                        INSERT INTO accounts (domain_id, username, password_hash, scram_sha_256, is_active, \
                        last_uid_validity, created_at) VALUES (?, ?, ?, ?, 0, ?, UTC_TIMESTAMP())
                        """,
                        [
                            // No password has the hash `!`.
                            .uint(domain), .text(address.description), .text(snapshot.passwordHash ?? "!"),
                            SQLValue(snapshot.scramVerifier), .uint(UInt64(snapshot.lastUIDValidity)),
                        ]
                    ).lastInsertID
                    _ = try connection.execute(
                        "INSERT INTO account_metadata (account_id, name, value) VALUES (?, ?, '')",
                        [.uint(made), .bytes(Array(Self.mark.utf8))])
                    return AccountID(made)
                }
            } catch let error as DatabaseError where error.kind == .duplicateKey {
                throw StoreError(.alreadyExists, "account \(address)")
            }
        }
    }

    /// Makes a mailbox with its keywords, annotations and rights.
    ///
    /// - Parameter mailbox: one that `isPossible`.
    /// - Returns: its number, and those who had rights and are not in the account's domain here.
    package func add(
        _ mailbox: MailboxSnapshot, to account: AccountID
    ) async throws(StoreError) -> (id: MailboxID, strangers: [String]) {
        let name = try MailboxPath(mailbox.name)
        let modSeq = mailbox.highestModSeq + Self.modSeqGap
        let next = mailbox.uidNext.addingReportingOverflow(Self.uidGap)
        return try await mapped {
            try await database.transaction { connection in
                let id = try connection.execute(
                    """
                    INSERT INTO mailboxes (account_id, name, special_use, uid_validity, uid_next, first_recent_uid, \
                    highest_modseq, collected_modseq, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, UTC_TIMESTAMP())
                    """,
                    [
                        .uint(account.rawValue), .bytes(name.bytes), .uint(UInt64(mailbox.specialUse)),
                        .uint(UInt64(mailbox.uidValidity)),
                        .uint(UInt64(next.overflow ? .max : next.partialValue)),
                        .uint(UInt64(mailbox.firstRecentUID)), .uint(modSeq), .uint(modSeq),
                    ]
                ).lastInsertID
                for (bit, keyword) in mailbox.keywords where (0..<KeywordDictionary.capacity).contains(bit) {
                    guard let keyword = Keyword(keyword) else { continue }
                    _ = try connection.execute(
                        "INSERT INTO mailbox_keywords (mailbox_id, bit, name) VALUES (?, ?, ?)",
                        [.uint(id), .uint(UInt64(bit)), .bytes(Array(keyword.name.utf8))])
                }
                for (entry, value) in mailbox.metadata {
                    _ = try connection.execute(
                        "INSERT INTO mailbox_metadata (mailbox_id, name, value) VALUES (?, ?, ?)",
                        [.uint(id), .bytes(Array(entry.utf8)), .bytes(Hexadecimal.decode(value) ?? [])])
                }
                var strangers: [String] = []
                for (grantee, rights) in mailbox.rights {
                    let made = try connection.execute(
                        grantee == "anyone"
                            ? """
                            INSERT INTO mailbox_rights (mailbox_id, account_id, domain_id, rights) \
                            SELECT ?, 0, o.domain_id, ? FROM accounts o WHERE o.id = ? AND ? = 'anyone'
                            """
                            : """
                            INSERT INTO mailbox_rights (mailbox_id, account_id, domain_id, rights) \
                            SELECT ?, a.id, 0, ? FROM accounts o JOIN accounts a ON a.domain_id = o.domain_id \
                            AND a.live = 1 AND a.id <> o.id WHERE o.id = ? AND a.username = ?
                            """,
                        [.uint(id), .uint(UInt64(rights)), .uint(account.rawValue), .text(grantee)])
                    if made.affectedRows == 0 { strangers.append(grantee) }
                }
                return (MailboxID(id), strangers.sorted())
            }
        }
    }

    /// Makes rows of messages, all or none.
    ///
    /// - Parameters:
    ///   - rows: each with the size of its body.
    ///   - bodies: of every object that the rows name, by the number that it had.
    /// - Returns: the number that each object has here.
    package func add(
        _ rows: [MessageSnapshot], bodies: [UInt64: Body], to mailbox: MailboxID, keywords: UInt64
    ) async throws(StoreError) -> [UInt64: UInt64] {
        guard !rows.isEmpty else { return [:] }
        return try await mapped {
            try await database.transaction { connection in
                var objects: [UInt64: UInt64] = [:]
                for (number, body) in bodies {
                    switch body {
                    case .known(let id): objects[number] = id
                    case .new(let message): objects[number] = try connection.insertObject(of: message)
                    }
                }
                let values: [SQLText] = try rows.map { row in
                    guard let object = objects[row.object] else {
                        throw StoreError(.internal, "a message without body")
                    }
                    let recipient = row.deliveredTo.flatMap { Hexadecimal.decode($0) }
                    let to: SQLText = recipient.map { "\(hex: $0)" } ?? "NULL"
                    let size = row.size + UInt64(DeliveredTo.field(recipient).count)
                    return """
                        (\(mailbox.rawValue), \(row.uid), \(object), \(row.flags & MessageFlags.all.rawValue), \
                        \(row.keywords & keywords), \(row.modSeq), \(size), \
                        DATE_ADD('1970-01-01', INTERVAL \(row.internalDate) SECOND), \
                        DATE_ADD('1970-01-01', INTERVAL \(row.savedAt) SECOND), \(to))
                        """
                }
                _ = try connection.commit(
                    after: """
                        INSERT INTO messages (mailbox_id, uid, object_id, flags, keywords, modseq, size, internal_date, \
                        saved_at, delivered_to) VALUES \(list: values)
                        """)
                return objects
            }
        }
    }

    /// All is there: counts, and lets the account log in and receive as it could when the backup was made.
    ///
    /// - Returns: aliases that are not made because their domain is not here or the address is taken.
    package func finish(
        _ account: AccountID, _ snapshot: AccountSnapshot, as address: EmailAddress, objects: ObjectStore
    ) async throws(StoreError) -> [String] {
        _ = try await Fsck(database: database, objects: objects).recount(.account(address))
        return try await mapped {
            try await database.transaction { connection in
                let id = account.rawValue
                var lost: [String] = []
                for alias in snapshot.aliases {
                    let domain = alias.split(separator: "@").last.map { String($0) } ?? ""
                    let made = try connection.execute(
                        """
                        INSERT IGNORE INTO aliases (address, account_id, created_at) \
                        SELECT ?, ?, UTC_TIMESTAMP() FROM domains WHERE name = ?
                        """, [.text(alias), .uint(id), .text(domain)])
                    if made.affectedRows == 0 { lost.append(alias) }
                }
                for name in snapshot.subscriptions {
                    _ = try connection.execute(
                        "INSERT IGNORE INTO subscriptions (account_id, name) VALUES (?, ?)",
                        [.uint(id), .bytes(try MailboxPath(name).bytes)])
                }
                for (entry, value) in snapshot.metadata where entry != Self.mark {
                    _ = try connection.execute(
                        "INSERT INTO account_metadata (account_id, name, value) VALUES (?, ?, ?)",
                        [.uint(id), .bytes(Array(entry.utf8)), .bytes(Hexadecimal.decode(value) ?? [])])
                }
                _ = try connection.execute(
                    "DELETE FROM account_metadata WHERE account_id = ? AND name = ?",
                    [.uint(id), .bytes(Array(Self.mark.utf8))])
                _ = try connection.execute(
                    "UPDATE accounts SET is_active = ?, quota_bytes = ?, quota_messages = ?, quota_mailboxes = ? WHERE id = ?",
                    [
                        .uint(snapshot.isActive ? 1 : 0), SQLValue(snapshot.quotaBytes),
                        SQLValue(snapshot.quotaMessages), SQLValue(snapshot.quotaMailboxes.map { UInt64($0) }),
                        .uint(id),
                    ])
                _ = try connection.commit(
                    after: "SELECT id FROM accounts WHERE id = \(id) FOR UPDATE;\(AccountUsage.joinDomain(account))")
                return lost
            }
        }
    }
}

extension Delivery {
    /// Begins to take a message of a backup: it was looked at when it first came.
    package func beginRestored() -> IncomingMessage {
        IncomingMessage(
            upload: objects.upload(), scanner: nil, prologue: [], maximumSize: Self.maximumSize)
    }
}

extension Connection {
    fileprivate func insertObject(of message: ReceivedMessage) throws -> UInt64 {
        try execute(
            """
            INSERT INTO object_keys (object_key, size, sha256, header_size, header, envelope, structure, preview, \
            created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, UTC_TIMESTAMP())
            """,
            [
                .text(message.object.key), .uint(message.object.size), .bytes(message.object.sha256),
                .uint(message.headerSize), SQLValue(message.header), .bytes(message.envelope),
                .bytes(message.structure), .bytes(message.preview),
            ]
        ).lastInsertID
    }
}
