import MariaDBClient

/// What `login_records` says of one client and one name, before a password is looked at.
struct LoginRecord: Sendable {
    /// The owner of the account has logged in from this network lately.
    let isKnown: Bool
    let isBlocked: Bool
    /// A right password is to be written down: the first one from here, the first of a day, or after failures.
    let isStale: Bool

    /// The columns that `init(row:)` reads, of `n` (the network), `u` (the name) and `k` (both).
    static let columns = """
        n.blocked_until > UTC_TIMESTAMP(), u.blocked_until > UTC_TIMESTAMP(), k.blocked_until > UTC_TIMESTAMP(), \
        TIMESTAMPDIFF(SECOND, k.proved_at, UTC_TIMESTAMP()), k.failures > 0
        """
    static let columnCount = 5

    init(row: Row, _ rules: LoginRules) throws {
        func isTrue(_ index: Int) throws -> Bool { try row[index].optional?.bool == true }
        let age = try row[3].optional?.int64
        isKnown = age.map { $0 <= rules.knownFor.components.seconds } ?? false
        isBlocked = try isKnown ? isTrue(2) : isTrue(0) || isTrue(1)
        isStale = try !isKnown || isTrue(4) || (age ?? 0) > 86_400
    }
}

extension Accounts {
    /// Counts a failed login, in one round trip.
    ///
    /// - Parameter name: lower case; nil for one that nobody can have.
    func countFailure(of name: String?, from network: ClientNetwork, _ record: LoginRecord) async throws(StoreError) {
        var rows: [SQLText] = []
        func add(_ account: String, _ network: String) {
            rows.append("(\(hex: account.utf8), \(hex: network.utf8), 1, UTC_TIMESTAMP())")
        }
        if let name, record.isKnown {
            add(name, network.description)
        } else {
            // In the order of the primary key, as everywhere.
            if !network.isTrusted { add("", network.description) }
            if let name { add(name, "") }
        }
        guard !rows.isEmpty else { return }
        let counting = Self.counting(rows, rules.current) + failureEvent(name, network)
        try await mapped {
            _ = try await database.transaction { connection in try connection.commit(after: counting) }
        }
    }

    /// The statement that tells of a failed login, to follow another; nothing when nobody wants to hear of it. What comes
    /// from a client that is blocked is not counted and not told, so nobody can fill the outbox by guessing.
    private func failureEvent(_ name: String?, _ network: ClientNetwork) -> SQLText {
        let event = WebhookEvent(failedLogin: name, from: network)
        return outbox?.insert(event).map { ";\($0)" } ?? ""
    }

    /// MySQL assigns from left to right: the count first, from the time of the last one, and that time last.
    private static func counting(_ rows: [SQLText], _ rules: LoginRules) -> SQLText {
        """
        INSERT INTO login_records (account, network, failures, seen_at) VALUES \(list: rows) \
        ON DUPLICATE KEY UPDATE \
        failures = 1 + LEAST(\(LoginRules.highest), failures * POW(0.5, \
        TIMESTAMPDIFF(SECOND, seen_at, UTC_TIMESTAMP()) / \(rules.halfLife.components.seconds))), \
        blocked_until = IF(ROUND(failures) < \(rules.threshold), NULL, UTC_TIMESTAMP() + INTERVAL LEAST( \
        IF(account = '', \(rules.networkBlock.components.seconds), \(rules.accountBlock.components.seconds)), \
        CAST(POW(2, LEAST(30, ROUND(failures) - \(rules.threshold))) AS UNSIGNED)) SECOND), \
        seen_at = UTC_TIMESTAMP()
        """
    }

    /// The statement by which the owner of an account becomes known in a network, and what he got wrong there is
    /// forgotten. What counts against the network or the name stays: else whoever owns one account could clear it.
    static func proving(_ name: String, _ network: ClientNetwork) -> SQLText {
        """
        INSERT INTO login_records (account, network, failures, seen_at, proved_at) VALUES \
        (\(hex: name.utf8), \(hex: network.description.utf8), 0, UTC_TIMESTAMP(), UTC_TIMESTAMP()) \
        ON DUPLICATE KEY UPDATE failures = 0, blocked_until = NULL, seen_at = UTC_TIMESTAMP(), \
        proved_at = UTC_TIMESTAMP()
        """
    }
}
