import MariaDBClient

/// What accounts and their domains may still take, counted down within a transaction that has locked their rows.
struct QuotaRooms {
    private var accounts: [AccountID: QuotaRoom] = [:]
    private var domainOf: [AccountID: UInt64] = [:]
    private var domains: [UInt64: QuotaRoom] = [:]

    /// Locks the domains that have a limit: one round trip if there is any, else none.
    ///
    /// - Parameter rows: of `AccountUsage.lock`.
    init(_ rows: [Row], on connection: Connection) throws {
        for row in rows {
            let account = AccountID(try row[0].uint64)
            accounts[account] = try QuotaRoom(row)
            domainOf[account] = try row[5].optional?.uint64
        }
        guard !domainOf.isEmpty else { return }
        let locked = try connection.script(
            """
            SELECT id, quota_bytes, quota_messages, used_bytes, used_messages FROM domains \
            WHERE id IN (\(list: Set(domainOf.values).sorted())) ORDER BY id FOR UPDATE
            """)
        for row in locked[0].rows { domains[try row[0].uint64] = try QuotaRoom(row) }
    }

    /// Whether the account is there, and locked.
    func hasAccount(_ account: AccountID) -> Bool { accounts[account] != nil }

    /// The accounts whose domains have a limit.
    var limitedAccounts: Set<AccountID> { Set(domainOf.keys) }

    /// Takes room for messages of an account, or nothing.
    ///
    /// - Throws: `StoreError` notFound for the account, overQuota when it or its domain has not enough.
    mutating func take(_ account: AccountID, bytes: Int64, messages: Int64) throws(StoreError) {
        guard var room = accounts[account] else { throw StoreError(.notFound, "account \(account)") }
        guard room.take(bytes: bytes, messages: messages) else { throw StoreError(.overQuota) }
        if let domain = domainOf[account] {
            guard domains[domain]?.take(bytes: bytes, messages: messages) != false else {
                throw StoreError(.overQuota, "domain \(domain)")
            }
        }
        accounts[account] = room
    }
}

/// What is left of one quota.
private struct QuotaRoom {
    private var bytes: Int64?
    private var messages: Int64?

    /// - Parameter row: an id, the limits of bytes and messages, what is used of them.
    init(_ row: Row) throws {
        bytes = try row[1].optional.map { Int64(clamping: try $0.uint64) - (try row[3].int64) }
        messages = try row[2].optional.map { Int64(clamping: try $0.uint64) - (try row[4].int64) }
    }

    /// Takes room for messages; false, and takes nothing, when there is not enough. What makes room is always welcome.
    mutating func take(bytes wanted: Int64, messages count: Int64) -> Bool {
        if let bytes, wanted > 0, bytes < wanted { return false }
        if let messages, count > 0, messages < count { return false }
        bytes = bytes.map { $0 - wanted }
        messages = messages.map { $0 - count }
        return true
    }
}
