import MariaDBClient

/// Who was given rights on a mailbox.
package enum Grantee: Sendable, Hashable {
    /// Every account of the owner's domain.
    case anyone
    case account(EmailAddress)

    /// RFC 4314 2
    ///
    /// - Throws: `StoreError` invalid for what can be no account here, such as negative rights of somebody.
    package init(_ identifier: String) throws(StoreError) {
        self = identifier == "anyone" ? .anyone : .account(try EmailAddress(identifier))
    }

    /// As a client writes it.
    package var identifier: String {
        switch self {
        case .anyone: "anyone"
        case .account(let address): address.description
        }
    }
}

/// A change of what somebody may do (RFC 4314 3.1).
package struct RightsChange: Sendable, Hashable {
    package enum Operation: Sendable, Hashable { case replace, add, remove }
    package let operation: Operation
    package let rights: MailboxRights

    package init(_ operation: Operation, _ rights: MailboxRights) {
        self.operation = operation
        self.rights = rights
    }

    fileprivate func applied(to old: MailboxRights) -> MailboxRights {
        switch operation {
        case .replace: rights
        case .add: old.union(rights)
        case .remove: old.subtracting(rights)
        }
    }
}

extension MailboxAccess {
    /// Most that can be given rights on a mailbox.
    static let maximumGrantees = 1000

    /// Who holds rights on a mailbox, the owner first, then everybody, then accounts by name. One round trip.
    ///
    /// - Parameter reached: with the right a.
    package func grants(
        on reached: ReachedMailbox
    ) async throws(StoreError) -> [(identifier: String, rights: MailboxRights)] {
        let mailbox = reached.mailbox
        let script: SQLText = """
            SELECT HEX(username) FROM accounts WHERE id = \(mailbox.account.rawValue);\
            SELECT r.account_id, HEX(a.username), r.rights FROM mailbox_rights r LEFT JOIN accounts a \
            ON a.id = r.account_id AND a.live = 1 WHERE r.mailbox_id = \(mailbox.id.rawValue) \
            ORDER BY r.account_id <> 0, a.username
            """
        return try await mapped {
            try await database.read { connection in
                let results = try connection.script(script)
                var grants: [(identifier: String, rights: MailboxRights)] = []
                if let owner = results[0].rows.first {
                    grants.append((String(decoding: try owner[0].hex, as: UTF8.self), .all))
                }
                for row in results[1].rows {
                    let rights = try MailboxRights(row[2])
                    if try row[0].uint64 == 0 {
                        grants.append((Grantee.anyone.identifier, rights))
                    } else if let name = try row[1].optional?.hex {
                        grants.append((String(decoding: name, as: UTF8.self), rights))
                    }
                }
                return grants
            }
        }
    }

    /// Whether an identifier is that of a mailbox's owner. One round trip, none for everybody.
    ///
    /// - Parameter reached: with the right a.
    package func isOwner(_ grantee: Grantee, of reached: ReachedMailbox) async throws(StoreError) -> Bool {
        guard case .account = grantee else { return false }
        let number = try await mapped { try await database.read { try $0.number(of: grantee) } }
        return number == reached.mailbox.account.rawValue
    }

    /// Gives or takes rights; without any left there is no entry any more. Sessions that have the mailbox open look at
    /// their next command, or at once when they wait in IDLE.
    ///
    /// - Parameters:
    ///   - reached: with the right a.
    ///   - permit: of who is not the owner.
    /// - Throws: `StoreError` notFound for the mailbox; forbidden; invalid for the owner, who holds every right, for an account that
    ///   is not in the owner's domain, and for an owner whose address can be no part of a mailbox's name; limit.
    package func change(
        _ reached: ReachedMailbox, _ grantee: Grantee, _ change: RightsChange, permit: MailboxPermit? = nil
    ) async throws(StoreError) {
        let mailbox = reached.mailbox
        try await mapped {
            try await database.transaction { connection in
                let other = try connection.number(of: grantee)
                let (locked, extra) = try connection.lock(
                    [(mailbox.account, mailbox.id)], then: Self.lookUp([mailbox.account.rawValue, other], mailbox.id),
                    permits: permit.map { [$0] } ?? [])
                guard let box = locked[mailbox.id]?.mailbox else { throw StoreError(.notFound) }
                let found = try GranteeRow(grantee, extra, owner: mailbox.account)
                let rights = change.applied(to: found.rights)
                guard rights.isEmpty || found.count < Self.maximumGrantees || !found.rights.isEmpty else {
                    throw StoreError(.limit("\(Self.maximumGrantees) accounts hold rights on the mailbox already"))
                }
                let row: SQLText =
                    rights.isEmpty
                    ? """
                    DELETE FROM mailbox_rights WHERE mailbox_id = \(box.id.rawValue) AND account_id = \(found.account)
                    """
                    : """
                    INSERT INTO mailbox_rights (mailbox_id, account_id, domain_id, rights) VALUES (\(box.id.rawValue), \
                    \(found.account), \(found.account == 0 ? found.domain : 0), \(rights.rawValue)) \
                    ON DUPLICATE KEY UPDATE rights = VALUES(rights)
                    """
                _ = try connection.commit(
                    after: """
                        \(row);\
                        \(MailboxChange.insert(
                            box.account, box.id, modSeq: box.highestModSeq, "rights", name: box.name))
                        """)
            }
        }
        changes.post(account: mailbox.account, mailbox: mailbox.id)
    }

    /// Locks the accounts that the change is about, after the mailbox: one that is removed is given nothing.
    private static func lookUp(_ accounts: [UInt64], _ mailbox: MailboxID) -> SQLText {
        """
        SELECT id, domain_id, HEX(username) FROM accounts WHERE id IN (\(list: accounts.sorted())) AND live = 1 \
        ORDER BY id FOR UPDATE;\
        SELECT account_id, rights FROM mailbox_rights WHERE mailbox_id = \(mailbox.rawValue) FOR UPDATE
        """
    }
}

extension Connection {
    /// The number of an account that is to be given rights; 0 for everybody, and for who is not there. At most one round
    /// trip.
    fileprivate func number(of grantee: Grantee) throws -> UInt64 {
        guard case .account(let address) = grantee else { return 0 }
        return try query(
            "SELECT id FROM accounts WHERE username = ? AND live = 1", [.text(address.description)]
        ).first?[0].uint64 ?? 0
    }
}

/// The account that is given rights, and what it holds.
private struct GranteeRow {
    /// 0 for everybody.
    let account: UInt64
    /// The owner's.
    let domain: UInt64
    var rights: MailboxRights = []
    /// How many hold rights on the mailbox.
    let count: Int

    init(_ grantee: Grantee, _ results: [ScriptResult], owner: AccountID) throws {
        let accounts = results[0].rows
        guard let own = try accounts.first(where: { try $0[0].uint64 == owner.rawValue }) else {
            throw StoreError(.notFound, "account \(owner)")
        }
        let name = try own[2].hex
        guard OtherUsers.path(owner: name, .inbox) != nil else {
            throw StoreError(.invalid("the owner's address can be no part of a mailbox name"))
        }
        domain = try own[1].uint64
        switch grantee {
        case .anyone: account = 0
        case .account(let address):
            guard !name.elementsEqual(address.description.utf8) else {
                throw StoreError(.invalid("the owner holds every right"))
            }
            let other = try accounts.first { try $0[0].uint64 != owner.rawValue }
            guard let other, try other[1].uint64 == domain else {
                throw StoreError(.invalid("no such account in the owner's domain"))
            }
            account = try other[0].uint64
        }
        let holders = results[1].rows
        count = holders.count
        if let held = try holders.first(where: { try $0[0].uint64 == account }) {
            rights = try MailboxRights(held[1])
        }
    }
}

/// Statements that keep the rights in step with what they are about.
enum MailboxGrants {
    /// A new mailbox gets the rights of the nearest one above it (RFC 4314 4, CREATE).
    static func inherit(_ made: SQLText, from superior: MailboxID) -> SQLText {
        """
        INSERT INTO mailbox_rights (mailbox_id, account_id, domain_id, rights) SELECT \(made), account_id, domain_id, rights \
        FROM mailbox_rights WHERE mailbox_id = \(superior.rawValue)
        """
    }

    /// A mailbox that is deleted takes its rights along (RFC 4314 4, DELETE): restored, it is its owner's alone.
    static func forget(_ mailbox: MailboxID) -> SQLText {
        "DELETE FROM mailbox_rights WHERE mailbox_id = \(mailbox.rawValue)"
    }

    /// So does an account: what it was given, and what it gave.
    static func forget(_ account: AccountID) -> SQLText {
        """
        DELETE FROM mailbox_rights WHERE account_id = \(account.rawValue);\
        DELETE r FROM mailbox_rights r JOIN mailboxes b ON b.id = r.mailbox_id WHERE b.account_id = \(account.rawValue)
        """
    }
}
