import MariaDBClient

/// A person's account: an address, a quota, and how much of it is used.
package struct Account: Sendable, Hashable {
    package let id: AccountID
    /// The whole address.
    package let username: String
    package let isActive: Bool
    /// Limits; nil for none.
    package let quotaBytes: UInt64?
    package let quotaMessages: UInt64?
    package let usedBytes: Int
    package let usedMessages: Int

    /// The columns that `init(row:from:)` reads, of the table `a`.
    static let columns = "a.id, a.username, a.is_active, a.quota_bytes, a.quota_messages, a.used_bytes, a.used_messages"
    static let columnCount = 7

    /// - Parameter start: the first of the columns.
    init(row: Row, from start: Int = 0) throws {
        id = AccountID(try row[start].uint64)
        username = try row[start + 1].string
        isActive = try row[start + 2].bool
        quotaBytes = try row[start + 3].optional?.uint64
        quotaMessages = try row[start + 4].optional?.uint64
        usedBytes = Int(try row[start + 5].int64)
        usedMessages = Int(try row[start + 6].int64)
    }
}

/// A domain whose mail is kept here.
package struct Domain: Sendable, Hashable {
    package let id: UInt64
    package let name: String
    package let isActive: Bool
    /// Living accounts in it.
    package let accounts: Int
}

/// An address that leads to an account.
package struct Alias: Sendable, Hashable {
    package let address: String
    package let target: String
}
