import MariaDBClient

/// The mailboxes of an account: find, list, create, delete, rename, subscribe.
///
/// What depends on an account's set of names is decided under the account row's lock, so that two sessions that create
/// or rename at once see each other's names.
package struct Mailboxes: Sendable {
    let database: ConnectionPool
    let changes: ChangeFeed
    /// Seconds since 1970.
    let now: @Sendable () -> Int64

    /// All living mailboxes, INBOX first, then by name. One round trip.
    package func list(_ account: AccountID) async throws(StoreError) -> [Mailbox] {
        let script: SQLText = """
            SELECT \(LockedMailbox.columns) FROM mailboxes WHERE account_id = \(account.rawValue) AND live = 1 ORDER BY name
            """
        let mailboxes = try await mapped {
            try await database.read { try $0.script(script)[0].rows.map(Mailbox.init(scriptRow:)) }
        }
        return mailboxes.filter(\.name.isInbox) + mailboxes.filter { !$0.name.isInbox }
    }

    /// The mailbox of that name, its counters as of now. One round trip.
    ///
    /// - Throws: `StoreError` notFound.
    package func find(_ account: AccountID, _ path: MailboxPath) async throws(StoreError) -> Mailbox {
        try await mapped {
            try await database.read { connection in
                guard let mailbox = try connection.mailbox(account, path) else {
                    throw StoreError(.notFound, "mailbox of account \(account)")
                }
                return mailbox
            }
        }
    }

    /// The living mailboxes among those with these numbers, by name, their counters as of now. One round trip.
    package func find(_ account: AccountID, _ mailboxes: [MailboxID]) async throws(StoreError) -> [Mailbox] {
        guard !mailboxes.isEmpty else { return [] }
        let script: SQLText = """
            SELECT \(LockedMailbox.columns) FROM mailboxes WHERE id IN (\(list: mailboxes.map(\.rawValue))) \
            AND account_id = \(account.rawValue) AND live = 1 ORDER BY name
            """
        return try await mapped {
            try await database.read { try $0.script(script)[0].rows.map(Mailbox.init(scriptRow:)) }
        }
    }

    /// Makes a mailbox and the superiors that it lacks (RFC 9051 6.3.4).
    ///
    /// - Parameter actor: who makes it, where that is not the owner: with the right k on what is above.
    /// - Throws: `StoreError` alreadyExists, forbidden, notFound for the account.
    @discardableResult
    package func create(
        _ account: AccountID, _ path: MailboxPath, specialUse: SpecialUse = [], by actor: AccountID? = nil
    ) async throws(StoreError) -> Mailbox {
        let now = now()
        let mailbox = try await mapped {
            try await database.transaction { connection in
                var names = try LockedNames(account, now: now, on: connection)
                if let actor { try names.require(actor, toMake: path, on: connection) }
                guard names.mailboxes[path] == nil else { throw StoreError(.alreadyExists) }
                try names.createSuperiors(of: path, on: connection)
                return try names.create(path, specialUse, on: connection)
            }
        }
        changes.post(account: account, mailbox: mailbox.id)
        return mailbox
    }

    /// The mailbox of that name, which is made and subscribed to when the account lacks it.
    ///
    /// - Throws: `StoreError` notFound for the account, limit when it has too many mailboxes.
    func ensure(_ account: AccountID, _ path: MailboxPath) async throws(StoreError) -> MailboxID {
        let now = now()
        let (mailbox, isNew) = try await mapped {
            try await database.transaction { connection in
                var names = try LockedNames(account, now: now, on: connection)
                if let known = names.mailboxes[path] { return (known.id, false) }
                let made = try names.create(path, [], on: connection)
                _ = try connection.commit(
                    after: """
                        INSERT IGNORE INTO subscriptions (account_id, name) VALUES \
                        (\(account.rawValue), \(hex: path.bytes))
                        """)
                return (made.id, true)
            }
        }
        if isNew { changes.post(account: account, mailbox: mailbox) }
        return mailbox
    }

    /// Deletes a mailbox with its messages; its inferiors stay (RFC 9051 6.3.5). The row rests until the collector
    /// takes it, and its name is free at once.
    ///
    /// - Parameter permit: of who is not the owner.
    /// - Throws: `StoreError` notFound, forbidden, invalid for INBOX.
    package func delete(
        _ account: AccountID, _ path: MailboxPath, permit: MailboxPermit? = nil
    ) async throws(StoreError) {
        guard !path.isInbox else { throw StoreError(.invalid("INBOX cannot be deleted")) }
        let mailbox = try await mapped {
            try await database.transaction { connection in
                // The name may be another mailbox's by now, on which nobody looked up anything.
                guard let found = try connection.mailbox(account, path), permit?.mailbox ?? found.id == found.id else {
                    throw StoreError(.notFound)
                }
                let (locked, _) = try connection.lock([(account, found.id)], permits: permit.map { [$0] } ?? [])
                guard let box = locked[found.id]?.mailbox, box.name == path else { throw StoreError(.notFound) }
                _ = try connection.commit(
                    after: """
                        UPDATE mailboxes SET live = NULL, deleted_at = UTC_TIMESTAMP() WHERE id = \(box.id.rawValue);\
                        \(MailboxGrants.forget(box.id));\
                        \(AccountUsage.change(account, bytes: -Int64(box.bytes), messages: -Int64(box.messages)));\
                        \(MailboxChange.insert(
                            account, box.id, modSeq: box.highestModSeq, "deleted", name: path))
                        """)
                return box.id
            }
        }
        changes.post(account: account, mailbox: mailbox)
    }

    /// Claims the messages from `firstRecentUID` to below `uidNext` as \Recent for one session (RFC 3501 2.3.2).
    ///
    /// - Returns: what was claimed; nil when another session got there first.
    package func claimRecent(
        account: AccountID, mailbox: MailboxID, from firstRecentUID: UID, to uidNext: UID
    ) async throws(StoreError) -> Range<UID>? {
        guard firstRecentUID < uidNext else { return nil }
        return try await mapped {
            try await database.transaction { connection in
                let results = try connection.commit(
                    after: """
                        UPDATE mailboxes SET first_recent_uid = \(uidNext) WHERE id = \(mailbox.rawValue) \
                        AND account_id = \(account.rawValue) AND first_recent_uid = \(firstRecentUID)
                        """)
                return results[0].affectedRows == 1 ? firstRecentUID..<uidNext : nil
            }
        }
    }
}

extension Connection {
    /// A living mailbox by its name.
    func mailbox(_ account: AccountID, _ path: MailboxPath) throws -> Mailbox? {
        try script(
            """
            SELECT \(LockedMailbox.columns) FROM mailboxes WHERE account_id = \(account.rawValue) \
            AND name = \(hex: path.bytes) AND live = 1
            """
        )[0].rows.first.map(Mailbox.init(scriptRow:))
    }
}

/// The row that tells every process of a change.
struct MailboxChange {
    private let row: SQLText

    /// - Parameters:
    ///   - mailbox: nil where it is no mailbox that changed.
    ///   - kind: a word of `ChangeEvent.Kind`.
    ///   - name: of the mailbox or the subscription; nil for what is of the server.
    ///   - detail: the name before a rename, or the entry of an annotation.
    init(
        _ account: AccountID, _ mailbox: MailboxID?, modSeq: ModSeq = 0, _ kind: StaticString, name: MailboxPath?,
        detail: [UInt8]? = nil
    ) {
        let name: SQLText = name.map { "\(hex: $0.bytes)" } ?? "NULL"
        let detail: SQLText = detail.map { "\(hex: $0)" } ?? "NULL"
        row = """
            (\(account.rawValue), \(mailbox?.rawValue ?? 0), \(modSeq), '\(SQLText(stringLiteral: kind))', \
            UTC_TIMESTAMP(), \(name), \(detail))
            """
    }

    /// The statement that inserts rows.
    static func insert(_ changes: [MailboxChange]) -> SQLText {
        """
        INSERT INTO mailbox_changes (account_id, mailbox_id, modseq, kind, changed_at, name, detail) VALUES \
        \(list: changes.map(\.row))
        """
    }

    /// The statement that inserts one row; the parameters are the initializer's.
    static func insert(
        _ account: AccountID, _ mailbox: MailboxID?, modSeq: ModSeq = 0, _ kind: StaticString, name: MailboxPath?,
        detail: [UInt8]? = nil
    ) -> SQLText {
        insert([MailboxChange(account, mailbox, modSeq: modSeq, kind, name: name, detail: detail)])
    }
}
