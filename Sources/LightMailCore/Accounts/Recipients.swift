import MariaDBClient

/// Where a message for a recipient goes.
package struct DeliveryTarget: Sendable, Hashable {
    package let account: AccountID
    /// The account's INBOX.
    package let mailbox: MailboxID
    /// The address as the sender gave it, shown in Delivered-To.
    package let recipient: String
}

extension Accounts {
    /// The accounts that an address leads to: the account of that name, else an alias, else the same without
    /// `+detail`, else the domain's catch-all. One round trip for an account's own name, which most mail is for, and two
    /// for what leads there.
    ///
    /// - Parameter size: bytes that the message is known to have at least; 0 when nothing is known.
    /// - Throws: `StoreError` notFound when nobody has the address, inactive when all who have it are stopped, overQuota
    ///   when none of them, or their domains, has room.
    package func resolve(recipient: String, size: UInt64 = 0) async throws(StoreError) -> [DeliveryTarget] {
        guard let address = try? EmailAddress(recipient) else { throw StoreError(.notFound, "recipient") }
        let candidates = Self.names(of: address)
        let found = try await mapped {
            try await database.read { connection in try connection.candidates(candidates, size: size) }
        }
        guard let best = found.map(\.rank).min() else { throw StoreError(.notFound, "recipient") }
        let chosen = found.filter { $0.rank == best }
        let active = chosen.filter(\.isActive)
        guard !active.isEmpty else { throw StoreError(.inactive, "recipient") }
        let open = active.filter { !$0.isFull }
        guard !open.isEmpty else { throw StoreError(.overQuota, "recipient") }
        return open.map { DeliveryTarget(account: $0.account, mailbox: $0.mailbox, recipient: recipient) }
    }

    /// Whether mail for an address goes to an account: then the account may write as that address, too. As many round
    /// trips as ``resolve(recipient:size:)`` takes.
    package func isOwn(_ address: String, of account: AccountID) async throws(StoreError) -> Bool {
        guard let address = try? EmailAddress(address) else { return false }
        let candidates = Self.names(of: address)
        let found = try await mapped {
            try await database.read { connection in try connection.candidates(candidates, size: 0) }
        }
        let best = found.map(\.rank).min()
        return found.contains { $0.rank == best && $0.account == account }
    }

    /// The ways to read an address, best first, catch-all last.
    private static func names(of address: EmailAddress) -> [String] {
        [address.description] + (address.withoutDetail.map { [$0.description] } ?? []) + ["@\(address.domain)"]
    }
}

/// An account that an address may lead to.
private struct Candidate: Sendable {
    /// The lower, the better the match.
    let rank: Int
    let account: AccountID
    let mailbox: MailboxID
    let isActive: Bool
    let isFull: Bool
}

extension Connection {
    /// - Parameter names: the ways to read the address, best first, catch-all last.
    fileprivate func candidates(_ names: [String], size: UInt64) throws -> [Candidate] {
        // Even an empty message has no room in a mailbox that is full to the byte.
        let needed = Array(repeating: SQLValue.int(Int64(clamping: max(size, 1))), count: 2)
        let tail = """
            JOIN domains d ON d.id = a.domain_id JOIN mailboxes b ON b.account_id = a.id AND b.name = 'INBOX' AND b.live = 1
            """
        let columns = """
            a.id, b.id, a.is_active AND d.is_active, COALESCE(a.used_bytes + ? > a.quota_bytes, 0) OR \
            COALESCE(a.used_messages >= a.quota_messages, 0) OR COALESCE(d.used_bytes + ? > d.quota_bytes, 0) OR \
            COALESCE(d.used_messages >= d.quota_messages, 0)
            """
        // Nothing is better than the account of that name. Each of its rows is found by a unique key, which costs the
        // server a tenth of what the other names do.
        var rows = try query(
            "SELECT a.username, 0, \(columns) FROM accounts a \(tail) WHERE a.live = 1 AND a.username = ?",
            needed + [.text(names[0])])
        if rows.isEmpty {
            // The same number of placeholders always: one statement serves every address.
            let slots = (names + Array(repeating: names[names.count - 1], count: 3 - names.count)).map(SQLValue.text)
            rows = try query(
                """
                SELECT a.username, 0, \(columns) FROM accounts a \(tail) WHERE a.live = 1 AND a.username IN (?, ?, ?) \
                UNION ALL SELECT l.address, 1, \(columns) FROM aliases l JOIN accounts a ON a.id = l.account_id \(tail) \
                WHERE a.live = 1 AND l.address IN (?, ?, ?)
                """, needed + slots + needed + slots)
        }
        return try rows.map { row in
            let name = try row[0].string
            return Candidate(
                rank: 2 * (names.firstIndex(of: name) ?? names.count) + Int(try row[1].int64),
                account: AccountID(try row[2].uint64), mailbox: MailboxID(try row[3].uint64),
                isActive: try row[4].bool, isFull: try row[5].bool)
        }
    }
}
