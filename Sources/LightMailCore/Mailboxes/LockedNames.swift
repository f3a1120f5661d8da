import MariaDBClient

/// The names of an account's living mailboxes while the transaction holds the account row.
struct LockedNames {
    let account: AccountID
    private(set) var mailboxes: [MailboxPath: Mailbox] = [:]
    private var lastUIDValidity: UInt32
    /// How many mailboxes the account may have; nil for no limit but the system's.
    private let quota: UInt64?
    private let now: Int64

    /// Locks the account and reads its names, in one round trip.
    ///
    /// - Throws: `StoreError` notFound when the account is gone.
    init(_ account: AccountID, now: Int64, on connection: Connection) throws {
        self.account = account
        self.now = now
        let results = try connection.script(
            """
            SELECT last_uid_validity, quota_mailboxes FROM accounts WHERE id = \(account.rawValue) AND live = 1 FOR UPDATE;\
            SELECT \(LockedMailbox.columns) FROM mailboxes WHERE account_id = \(account.rawValue) AND live = 1
            """)
        guard let row = results[0].rows.first else { throw StoreError(.notFound, "account \(account)") }
        lastUIDValidity = UInt32(try row[0].uint64)
        quota = try row[1].optional?.uint64
        for row in results[1].rows {
            let mailbox = try Mailbox(scriptRow: row)
            mailboxes[mailbox.name] = mailbox
        }
    }

    /// Makes the row of a new mailbox, with the rights of the nearest one above it. One round trip.
    ///
    /// - Throws: `StoreError` limit, overQuota.
    mutating func create(_ path: MailboxPath, _ specialUse: SpecialUse, on connection: Connection) throws -> Mailbox {
        try requireRoom()
        let uidValidity = takeUIDValidity()
        let above = path.superiors.reversed().lazy.compactMap { [mailboxes] in mailboxes[$0] }.first
        let grants: SQLText = above.map { MailboxGrants.inherit("@made", from: $0.id) } ?? "DO 0"
        let results = try connection.script(
            """
            INSERT INTO mailboxes (account_id, name, special_use, uid_validity, created_at) VALUES \
            (\(account.rawValue), \(hex: path.bytes), \(specialUse.rawValue), \(uidValidity), UTC_TIMESTAMP());\
            SET @made = LAST_INSERT_ID();\
            \(grants);\
            UPDATE accounts SET last_uid_validity = \(uidValidity) WHERE id = \(account.rawValue);\
            INSERT INTO mailbox_changes (account_id, mailbox_id, modseq, kind, changed_at, name) \
            VALUES (\(account.rawValue), @made, 1, 'created', UTC_TIMESTAMP(), \(hex: path.bytes))
            """)
        let mailbox = Mailbox(
            id: MailboxID(results[0].lastInsertID), account: account, name: path, specialUse: specialUse,
            uidValidity: uidValidity, uidNext: 1, firstRecentUID: 1, highestModSeq: 1, collectedModSeq: 0, messages: 0,
            unseen: 0, bytes: 0)
        mailboxes[path] = mailbox
        return mailbox
    }

    /// RFC 4314 4: who is not the owner makes a name below a mailbox where it holds k, and moves mailboxes where it holds x. One
    /// round trip.
    ///
    /// - Parameter moved: what is to get other names.
    /// - Throws: `StoreError` forbidden.
    func require(
        _ actor: AccountID, toMake path: MailboxPath, moving moved: [Mailbox] = [], on connection: Connection
    ) throws {
        guard let above = path.superiors.reversed().lazy.compactMap({ mailboxes[$0] }).first else {
            throw StoreError(.forbidden)
        }
        let named = Set(moved.map(\.id))
        let rows = try connection.script(MailboxPermit.select(named.union([above.id]), of: [actor]))[0].rows
        let held = try HeldRights(rows)
        try held.check(MailboxPermit(actor, .create, on: above.id, of: account))
        for mailbox in named { try held.check(MailboxPermit(actor, .delete, on: mailbox, of: account)) }
    }

    /// - Throws: `StoreError` limit, overQuota when the account may not have another mailbox.
    func requireRoom() throws {
        guard mailboxes.count < Self.maximumMailboxes else {
            throw StoreError(.limit("the account has \(Self.maximumMailboxes) mailboxes already"))
        }
        if let quota, mailboxes.count >= quota { throw StoreError(.overQuota) }
    }

    /// A UIDVALIDITY that no mailbox of this account had before: a name that comes back must not look like the old one.
    /// The caller writes it to the account's row.
    mutating func takeUIDValidity() -> UInt32 {
        lastUIDValidity = max(lastUIDValidity &+ 1, UInt32(clamping: now))
        return lastUIDValidity
    }

    /// Makes the superiors of a name that are not there.
    mutating func createSuperiors(of path: MailboxPath, on connection: Connection) throws {
        for superior in path.superiors where mailboxes[superior] == nil {
            _ = try create(superior, [], on: connection)
        }
    }

    /// Most mailboxes an account can have: a client that makes them in a loop is stopped there.
    static let maximumMailboxes = 10_000
}
