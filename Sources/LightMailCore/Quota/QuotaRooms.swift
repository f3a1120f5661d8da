import MariaDBClient

/// What accounts and their domains may still take, counted down within a transaction that has locked their rows.
struct QuotaRooms {
    private var accounts: [AccountID: QuotaRoom] = [:]
    private var domainOf: [AccountID: UInt64] = [:]
    private var domains: [UInt64: QuotaRoom] = [:]

    /// Locks the domains that have a limit: one round trip if there is any, else none.
    ///
    /// - Parameters:
    ///   - rows: of `AccountUsage.lock`.
    ///   - skippingLocked: leaves out the accounts whose domain another transaction has locked, instead of waiting.
    init(_ rows: [Row], on connection: Connection, skippingLocked: Bool = false) throws {
        for row in rows {
            let account = AccountID(try row[0].uint64)
            accounts[account] = try QuotaRoom(row, owner: .account(String(decoding: try row[6].hex, as: UTF8.self)))
            domainOf[account] = try row[5].optional?.uint64
        }
        guard !domainOf.isEmpty else { return }
        let locked = try connection.script(
            """
            SELECT id, quota_bytes, quota_messages, used_bytes, used_messages, HEX(name) FROM domains \
            WHERE id IN (\(list: Set(domainOf.values).sorted())) ORDER BY id \(forUpdate: skippingLocked)
            """)
        for row in locked[0].rows {
            let name = String(decoding: try row[5].hex, as: UTF8.self)
            domains[try row[0].uint64] = try QuotaRoom(row, owner: .domain(name))
        }
        guard skippingLocked else { return }
        for (account, domain) in domainOf where domains[domain] == nil { accounts[account] = nil }
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

    /// Where what was taken has crossed one of the percentages of a limit: the highest of each. As the rows are locked, each
    /// crossing is found by one transaction, and again only after less was used meanwhile.
    func crossings(of percentages: [Int]) -> [QuotaCrossing] {
        (accounts.sorted { $0.key < $1.key }.map(\.value) + domains.sorted { $0.key < $1.key }.map(\.value))
            .flatMap { $0.crossings(of: percentages) }
    }
}

/// Usage that came to a percentage of a limit.
struct QuotaCrossing: Sendable, Hashable {
    enum Owner: Sendable, Hashable {
        /// An address.
        case account(String)
        /// A name.
        case domain(String)
    }

    let owner: Owner
    /// The resource as IMAP names it (RFC 9208 5): STORAGE, or MESSAGE.
    let resource: String
    let percentage: Int
    /// Octets, or messages.
    let used: UInt64
    let limit: UInt64
}

/// What is left of an owner's quotas.
private struct QuotaRoom {
    /// One limited resource.
    private struct Resource {
        let name: String
        let limit: Int64
        let usedBefore: Int64
        var used: Int64

        init?(_ name: String, limit: Row.Cell, used: Row.Cell) throws {
            guard let limit = try limit.optional?.uint64 else { return nil }
            self.name = name
            self.limit = Int64(clamping: limit)
            self.used = try used.int64
            usedBefore = self.used
        }

        func crossing(of percentages: [Int], by owner: QuotaCrossing.Owner) -> QuotaCrossing? {
            let before = Double(usedBefore) * 100
            let now = Double(used) * 100
            let crossed = percentages.filter {
                before < Double(limit) * Double($0) && now >= Double(limit) * Double($0)
            }
            return crossed.max().map {
                QuotaCrossing(
                    owner: owner, resource: name, percentage: $0, used: UInt64(clamping: used),
                    limit: UInt64(clamping: limit))
            }
        }
    }

    private let owner: QuotaCrossing.Owner
    private var bytes: Resource?
    private var messages: Resource?

    /// - Parameter row: an id, the limits of bytes and messages, what is used of them.
    init(_ row: Row, owner: QuotaCrossing.Owner) throws {
        self.owner = owner
        bytes = try Resource("STORAGE", limit: row[1], used: row[3])
        messages = try Resource("MESSAGE", limit: row[2], used: row[4])
    }

    /// Takes room for messages; false, and takes nothing, when there is not enough. What makes room is always welcome.
    mutating func take(bytes wanted: Int64, messages count: Int64) -> Bool {
        // What is used may be below nothing, after a counter went wrong: that refuses nothing, and overflows nothing.
        if let bytes, wanted > 0, bytes.used > bytes.limit - wanted { return false }
        if let messages, count > 0, messages.used > messages.limit - count { return false }
        bytes?.used += wanted
        messages?.used += count
        return true
    }

    func crossings(of percentages: [Int]) -> [QuotaCrossing] {
        [bytes, messages].compactMap { $0?.crossing(of: percentages, by: owner) }
    }
}
