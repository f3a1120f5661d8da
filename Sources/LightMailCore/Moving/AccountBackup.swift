import MariaDBClient

/// Reads an account page by page, for a backup. The daemons may run meanwhile: each mailbox is as it was at one moment, and the
/// mailboxes of some moments that follow each other.
package struct AccountBackup: Sendable {
    let database: ConnectionPool
    package let account: AccountID

    package init(database: ConnectionPool, account: AccountID) {
        self.database = database
        self.account = account
    }

    /// The account without its mail. One round trip.
    ///
    /// - Parameter withPassword: whether the hash and the verifier of the password are read.
    /// - Throws: `StoreError` notFound.
    package func snapshot(withPassword: Bool) async throws(StoreError) -> AccountSnapshot {
        let id = account.rawValue
        return try await mapped {
            try await database.read { connection in
                let results = try connection.script(
                    """
                    SELECT HEX(username), is_active, HEX(password_hash), HEX(scram_sha_256), quota_bytes, quota_messages, \
                    quota_mailboxes, last_uid_validity FROM accounts WHERE id = \(id) AND live = 1;\
                    SELECT HEX(address) FROM aliases WHERE account_id = \(id) ORDER BY address;\
                    SELECT HEX(name) FROM subscriptions WHERE account_id = \(id) ORDER BY name;\
                    SELECT HEX(name), HEX(value) FROM account_metadata WHERE account_id = \(id)
                    """)
                guard let row = results[0].rows.first else { throw StoreError(.notFound, "account \(id)") }
                return AccountSnapshot(
                    address: try row[0].hexText, isActive: try row[1].bool,
                    passwordHash: withPassword ? try row[2].hexText : nil,
                    scramVerifier: withPassword ? try row[3].optional?.hexText : nil,
                    quotaBytes: try row[4].optional?.uint64, quotaMessages: try row[5].optional?.uint64,
                    quotaMailboxes: try row[6].optional.map { UInt32(try $0.uint64) },
                    lastUIDValidity: UInt32(try row[7].uint64),
                    aliases: try results[1].rows.map { try $0[0].hexText },
                    subscriptions: try results[2].rows.map { try $0[0].hexText },
                    metadata: try results[3].rows.metadata())
            }
        }
    }

    /// A mailbox without its messages. One round trip; nil when it is gone.
    package func snapshot(of mailbox: MailboxID) async throws(StoreError) -> MailboxSnapshot? {
        let id = mailbox.rawValue
        return try await mapped {
            try await database.read { [account] connection in
                let results = try connection.script(
                    """
                    SELECT \(LockedMailbox.columns) FROM mailboxes \
                    WHERE id = \(id) AND account_id = \(account.rawValue) AND live = 1;\
                    SELECT bit, HEX(name) FROM mailbox_keywords WHERE mailbox_id = \(id);\
                    SELECT HEX(name), HEX(value) FROM mailbox_metadata WHERE mailbox_id = \(id);\
                    SELECT HEX(COALESCE(a.username, 'anyone')), r.rights FROM mailbox_rights r \
                    LEFT JOIN accounts a ON a.id = r.account_id AND a.live = 1 \
                    WHERE r.mailbox_id = \(id) AND (r.account_id = 0 OR a.id IS NOT NULL)
                    """)
                guard let row = results[0].rows.first else { return nil }
                let box = try Mailbox(scriptRow: row)
                return MailboxSnapshot(
                    name: box.name.description, specialUse: box.specialUse.rawValue, uidValidity: box.uidValidity,
                    uidNext: box.uidNext, firstRecentUID: box.firstRecentUID, highestModSeq: box.highestModSeq,
                    keywords: Dictionary(
                        uniqueKeysWithValues: try results[1].rows.map { (Int(try $0[0].uint64), try $0[1].hexText) }),
                    metadata: try results[2].rows.metadata(),
                    rights: Dictionary(
                        uniqueKeysWithValues: try results[3].rows.map {
                            (try $0[0].hexText, UInt16(try $0[1].uint64))
                        }))
            }
        }
    }

    /// Living messages of a mailbox with UIDs between the two, by ascending UID, at most `limit`. One round trip.
    package func messages(
        of mailbox: MailboxID, after uid: UID, before next: UID, limit: Int
    ) async throws(StoreError) -> [(row: MessageSnapshot, object: StoredObject)] {
        try await mapped {
            try await database.read { [account] connection in
                try connection.query(
                    """
                    SELECT m.uid, m.flags, m.keywords, m.modseq, TIMESTAMPDIFF(SECOND, '1970-01-01', m.internal_date), \
                    TIMESTAMPDIFF(SECOND, '1970-01-01', m.saved_at), m.delivered_to, m.object_id, o.size, o.sha256, \
                    o.object_key, EXISTS (SELECT 1 FROM messages s JOIN mailboxes t ON t.id = s.mailbox_id \
                    WHERE s.object_id = m.object_id AND s.id <> m.id AND s.deleted_at IS NULL \
                    AND t.account_id = b.account_id AND t.live = 1) FROM messages m \
                    JOIN mailboxes b ON b.id = m.mailbox_id JOIN object_keys o ON o.id = m.object_id \
                    WHERE m.mailbox_id = ? AND b.account_id = ? AND m.uid > ? AND m.uid < ? \
                    AND m.deleted_at IS NULL ORDER BY m.uid LIMIT ?
                    """,
                    [
                        .uint(mailbox.rawValue), .uint(account.rawValue), .uint(UInt64(uid)), .uint(UInt64(next)),
                        .uint(UInt64(limit)),
                    ]
                ).map { row in
                    let sha256 = try row[9].bytes
                    let message = MessageSnapshot(
                        uid: UInt32(try row[0].uint64), flags: UInt8(truncatingIfNeeded: try row[1].uint64),
                        keywords: try row[2].uint64, modSeq: try row[3].uint64, internalDate: try row[4].int64,
                        savedAt: try row[5].int64,
                        deliveredTo: try row[6].optional.map { Hexadecimal.encode(try $0.bytes) },
                        object: try row[7].uint64, size: try row[8].uint64, sha256: Hexadecimal.encode(sha256),
                        isShared: try row[11].bool)
                    return (message, StoredObject(key: try row[10].string, size: message.size, sha256: sha256))
                }
            }
        }
    }
}

/// Bytes as text.
package enum Hexadecimal {
    package static func encode(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// Nil for what is no hexadecimal text.
    package static func decode(_ text: String) -> [UInt8]? {
        guard text.utf8.count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        var high: UInt8?
        for character in text {
            guard let digit = character.hexDigitValue else { return nil }
            if let first = high {
                bytes.append(first << 4 | UInt8(digit))
                high = nil
            } else {
                high = UInt8(digit)
            }
        }
        return bytes
    }
}

extension Row.Cell {
    /// The text that HEX() wrote.
    fileprivate var hexText: String {
        get throws { String(decoding: try hex, as: UTF8.self) }
    }
}

extension [Row] {
    /// Entries and their values in hexadecimal.
    fileprivate func metadata() throws -> [String: String] {
        Dictionary(uniqueKeysWithValues: try map { (try $0[0].hexText, Hexadecimal.encode(try $0[1].hex)) })
    }
}
