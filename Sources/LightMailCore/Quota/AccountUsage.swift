import MariaDBClient

/// What messages add to, or take from, what is used.
struct UsageChange {
    var bytes: Int64 = 0
    var messages: Int64 = 0
}

/// Statements on what accounts, and the domains that have a limit, use of their quotas.
///
/// A domain's counters are kept only while it has a limit, and its row is touched only then: `accounts.limited_domain_id`
/// says so, and is read and written under the account row's lock.
enum AccountUsage {
    /// Adds to what an account and its domain use.
    static func change(_ account: AccountID, bytes: Int64, messages: Int64) -> SQLText {
        change([account: UsageChange(bytes: bytes, messages: messages)])
    }

    /// Adds to what accounts and their domains use: accounts first, then domains, as they are locked.
    ///
    /// - Parameter limited: those whose domains have a limit; nil when that is not known.
    static func change(_ usage: [AccountID: UsageChange], limited: Set<AccountID>? = nil) -> SQLText {
        let usage = usage.sorted { $0.key < $1.key }
        let bytes = usage.map { (id: $0.key.rawValue, value: $0.value.bytes) }
        let messages = usage.map { (id: $0.key.rawValue, value: $0.value.messages) }
        var script: SQLText = """
            UPDATE accounts SET used_bytes = used_bytes + \(byID: bytes), used_messages = used_messages + \(byID: messages) \
            WHERE id IN (\(list: bytes.map(\.id)))
            """
        for (account, change) in usage where limited?.contains(account) != false {
            script += """
                ;UPDATE domains SET used_bytes = used_bytes + (\(change.bytes)), \
                used_messages = used_messages + (\(change.messages)) \
                WHERE id = (SELECT limited_domain_id FROM accounts WHERE id = \(account.rawValue))
                """
        }
        return script
    }

    /// Takes an account that goes out of what its domain uses. Its row stays locked.
    static func leaveDomain(_ account: AccountID) -> SQLText {
        """
        SELECT id FROM accounts WHERE id = \(account.rawValue) FOR UPDATE;\
        UPDATE domains SET used_bytes = used_bytes - (SELECT used_bytes FROM accounts WHERE id = \(account.rawValue)), \
        used_messages = used_messages - (SELECT used_messages FROM accounts WHERE id = \(account.rawValue)) \
        WHERE id = (SELECT limited_domain_id FROM accounts WHERE id = \(account.rawValue));\
        UPDATE accounts SET limited_domain_id = NULL WHERE id = \(account.rawValue)
        """
    }

    /// Adds an account that comes back, and whose row is locked, to what its domain uses, if that has a limit.
    static func joinDomain(_ account: AccountID) -> SQLText {
        """
        SELECT id FROM domains WHERE id = (SELECT domain_id FROM accounts WHERE id = \(account.rawValue)) FOR UPDATE;\
        UPDATE accounts SET limited_domain_id = (SELECT id FROM domains d WHERE d.id = accounts.domain_id \
        AND (d.quota_bytes IS NOT NULL OR d.quota_messages IS NOT NULL)) WHERE id = \(account.rawValue);\
        UPDATE domains SET used_bytes = used_bytes + (SELECT used_bytes FROM accounts WHERE id = \(account.rawValue)), \
        used_messages = used_messages + (SELECT used_messages FROM accounts WHERE id = \(account.rawValue)) \
        WHERE id = (SELECT limited_domain_id FROM accounts WHERE id = \(account.rawValue))
        """
    }

    /// Locks account rows and reads what `QuotaRooms` needs. An account that has been removed has no row, so that nothing
    /// is added for nobody after the removal was acknowledged.
    ///
    /// - Parameter skippingLocked: gives no row either for an account that another transaction has locked, instead of waiting.
    static func lock(_ accounts: some Sequence<AccountID>, skippingLocked: Bool = false) -> SQLText {
        """
        SELECT id, quota_bytes, quota_messages, used_bytes, used_messages, limited_domain_id, HEX(username) FROM accounts \
        WHERE id IN (\(list: Set(accounts).sorted().map(\.rawValue))) AND live = 1 ORDER BY id \(forUpdate: skippingLocked)
        """
    }
}

/// Statements on what a domain's accounts use together.
enum DomainUsage {
    /// Counts anew, with the rows of all its accounts locked, then its own.
    ///
    /// - Parameter isLimited: whether the domain has a limit; without one nothing is counted.
    static func recount(domain: UInt64, isLimited: Bool) -> SQLText {
        guard isLimited else {
            return """
                UPDATE accounts SET limited_domain_id = NULL WHERE domain_id = \(domain) ORDER BY id;\
                UPDATE domains SET used_bytes = 0, used_messages = 0 WHERE id = \(domain)
                """
        }
        return """
            UPDATE accounts SET limited_domain_id = IF(live = 1, domain_id, NULL) WHERE domain_id = \(domain) ORDER BY id;\
            UPDATE domains SET used_bytes = (SELECT COALESCE(SUM(used_bytes), 0) FROM accounts \
            WHERE domain_id = \(domain) AND live = 1), used_messages = (SELECT COALESCE(SUM(used_messages), 0) \
            FROM accounts WHERE domain_id = \(domain) AND live = 1) WHERE id = \(domain)
            """
    }
}
