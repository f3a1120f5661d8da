import MariaDBClient

/// A mailbox that an account may reach, what it may do there, and the name that it knows it by. Only `MailboxAccess` makes
/// one.
package struct ReachedMailbox: Sendable, Hashable {
    /// As its owner has it: every call of the store names `mailbox.account`.
    package let mailbox: Mailbox
    package let rights: MailboxRights
    /// Among the names that the account sees.
    package let name: MailboxPath
    /// Whether it is the account's own.
    package let isOwn: Bool

    fileprivate init(own mailbox: Mailbox) {
        self.mailbox = mailbox
        rights = .all
        name = mailbox.name
        isOwn = true
    }

    fileprivate init(_ mailbox: Mailbox, _ rights: MailboxRights, name: MailboxPath) {
        self.mailbox = mailbox
        self.rights = rights
        self.name = name
        isOwn = false
    }
}

/// Who reaches which mailbox, decided here and nowhere else: its owner, and an account that holds a right on it. For
/// everybody else it does not exist (docs/ARCHITECTURE.md, invariant 7).
package struct MailboxAccess: Sendable {
    let database: ConnectionPool
    let changes: ChangeFeed

    /// The mailbox that an account knows by that name. One round trip for its own, two for another's.
    ///
    /// - Parameter needed: all of them; with none, any right will do.
    /// - Throws: `StoreError` notFound; forbidden where the account may know of it, but lacks the right.
    package func reach(
        _ account: AccountID, _ path: MailboxPath, _ needed: MailboxRights
    ) async throws(StoreError) -> ReachedMailbox {
        let reached = try await mapped { try await database.read { try $0.reach(account, path) } }
        guard let reached else { throw StoreError(.notFound, "mailbox of account \(account)") }
        if reached.rights.isSuperset(of: needed) { return reached }
        throw StoreError(reached.rights.contains(.lookUp) ? .forbidden : .notFound)
    }

    /// What an account may still do in a mailbox that it has open. No round trip for its own, one for another's.
    ///
    /// - Throws: `StoreError` notFound when it may not read it any more.
    package func rights(
        _ account: AccountID, on mailbox: MailboxID, of owner: AccountID
    ) async throws(StoreError) -> MailboxRights {
        guard account != owner else { return .all }
        let script: SQLText = """
            SELECT COALESCE(BIT_OR(g.rights), 0) FROM \(Self.grants(account)) AS g JOIN mailboxes b ON b.id = g.mailbox_id \
            JOIN accounts o ON o.id = b.account_id WHERE b.id = \(mailbox.rawValue) \
            AND b.account_id = \(owner.rawValue) AND b.live = 1 AND o.live = 1
            """
        let rights = try await mapped {
            try await database.read { try MailboxRights($0.script(script)[0].rows[0][0]) }
        }
        guard rights.contains(.read) else { throw StoreError(.notFound, "rights of account \(account)") }
        return rights
    }

    /// All mailboxes that an account is shown: its own, INBOX first, then others', by name. One round trip.
    package func list(_ account: AccountID) async throws(StoreError) -> [ReachedMailbox] {
        let script: SQLText = """
            SELECT \(LockedMailbox.columns) FROM mailboxes WHERE account_id = \(account.rawValue) AND live = 1 ORDER BY name;\
            SELECT \(LockedMailbox.columns), granted, (SELECT HEX(username) FROM accounts o WHERE o.id = account_id \
            AND o.live = 1) FROM (SELECT mailbox_id, BIT_OR(rights) AS granted FROM \(Self.grants(account)) AS g \
            GROUP BY mailbox_id) AS given JOIN mailboxes ON mailboxes.id = given.mailbox_id \
            WHERE live = 1 AND account_id <> \(account.rawValue)
            """
        let (own, others) = try await mapped {
            try await database.read { connection in
                let results = try connection.script(script)
                return (
                    try results[0].rows.map { ReachedMailbox(own: try Mailbox(scriptRow: $0)) },
                    try results[1].rows.compactMap(ReachedMailbox.init(row:))
                )
            }
        }
        let names = Set(own.map(\.name))
        return own.filter(\.name.isInbox) + own.filter { !$0.name.isInbox }
            + others.filter { $0.rights.contains(.lookUp) && !names.contains($0.name) }.sorted { $0.name < $1.name }
    }

    /// Where a mailbox of that name would be made: whose it would be, and how its owner would call it.
    ///
    /// - Throws: `StoreError` forbidden unless it is the account's own name, or below a mailbox of another that gives the
    ///   right k: the same whether there is such another or not.
    package func place(
        _ account: AccountID, _ path: MailboxPath
    ) async throws(StoreError) -> (owner: AccountID, path: MailboxPath) {
        guard OtherUsers.contains(path) else { return (account, path) }
        guard let (owner, inner) = OtherUsers.split(path) else { throw StoreError(.forbidden) }
        // RFC 4314 4: the nearest mailbox above it that there is.
        for superior in inner.superiors.reversed() {
            guard let name = OtherUsers.path(owner: owner, superior) else { break }
            do throws(StoreError) {
                let reached = try await reach(account, name, [])
                guard reached.rights.contains(.create), !reached.isOwn else { break }
                return (reached.mailbox.account, inner)
            } catch {
                guard error.kind == .notFound else { throw error }
            }
        }
        throw StoreError(.forbidden)
    }

    /// What an account was given, and what all accounts of its domain were given: rows of mailbox_id and rights.
    fileprivate static func grants(_ account: AccountID) -> SQLText {
        """
        (SELECT mailbox_id, rights FROM mailbox_rights WHERE account_id = \(account.rawValue) UNION ALL \
        SELECT mailbox_id, rights FROM mailbox_rights WHERE account_id = 0 \
        AND domain_id = (SELECT domain_id FROM accounts WHERE id = \(account.rawValue)))
        """
    }
}

extension MailboxRights {
    /// As a row has them.
    init(_ cell: Row.Cell) throws {
        self.init(rawValue: UInt16(truncatingIfNeeded: try cell.uint64))
    }
}

extension ReachedMailbox {
    /// - Parameter row: of `MailboxAccess.list`; nil when the owner is gone, or has an address that no name can hold.
    fileprivate init?(row: Row) throws {
        let mailbox = try Mailbox(scriptRow: row)
        let rights = try MailboxRights(row[12])
        guard let owner = try row[13].optional?.hex, let name = OtherUsers.path(owner: owner, mailbox.name) else {
            return nil
        }
        self.init(mailbox, rights, name: name)
    }
}

extension Connection {
    /// The mailbox that an account knows by that name, with any right. An old mailbox of its own may have a name that is
    /// now among those of others: it is still its own.
    fileprivate func reach(_ account: AccountID, _ path: MailboxPath) throws -> ReachedMailbox? {
        if let own = try mailbox(account, path) { return ReachedMailbox(own: own) }
        guard let (owner, inner) = OtherUsers.split(path) else { return nil }
        let rows = try script(
            """
            SELECT \(LockedMailbox.columns), (SELECT BIT_OR(g.rights) FROM \(MailboxAccess.grants(account)) AS g \
            WHERE g.mailbox_id = mailboxes.id) FROM mailboxes WHERE account_id = (SELECT id FROM accounts \
            WHERE username = CONVERT(\(hex: owner) USING utf8mb4) COLLATE utf8mb4_bin AND live = 1) \
            AND name = \(hex: inner.bytes) AND live = 1 AND account_id <> \(account.rawValue)
            """)[0].rows
        guard let row = rows.first else { return nil }
        let rights = try MailboxRights(row[12])
        let mailbox = try Mailbox(scriptRow: row)
        guard !rights.isEmpty, let name = OtherUsers.path(owner: owner, mailbox.name) else { return nil }
        return ReachedMailbox(mailbox, rights, name: name)
    }
}
