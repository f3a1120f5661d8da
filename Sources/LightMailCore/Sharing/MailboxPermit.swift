import MariaDBClient

/// Rights that somebody who is not the owner relies on in a mailbox. They were looked up before; a transaction that changes
/// the mailbox looks again once it has locked it, so that rights that were withdrawn in between change nothing any more.
///
/// Rights are changed under the lock of their mailbox too (`MailboxAccess.change`). For an owner there is no permit, and no
/// statement; a permit's statement travels with the locks, at no further round trip.
package struct MailboxPermit: Sendable, Hashable {
    let account: AccountID
    let mailbox: MailboxID
    let rights: MailboxRights

    /// Nil for the owner, who needs none.
    ///
    /// - Parameters:
    ///   - account: who acts.
    ///   - rights: that the account was found to hold, and that what it does relies on.
    package init?(_ account: AccountID, _ rights: MailboxRights, on mailbox: MailboxID, of owner: AccountID) {
        guard account != owner else { return nil }
        self.account = account
        self.mailbox = mailbox
        self.rights = rights
    }

    /// Reads what permits are about, as it is now and not as it was when the transaction began, and holds it until the
    /// transaction ends.
    ///
    /// - Parameter permits: at least one.
    static func select(_ permits: [MailboxPermit]) -> SQLText {
        select(Set(permits.map(\.mailbox)), of: Set(permits.map(\.account)))
    }

    /// The same of several mailboxes, for accounts that are known to be of the owner's domain: they never leave it.
    static func select(_ mailboxes: Set<MailboxID>, of accounts: Set<AccountID>) -> SQLText {
        """
        SELECT mailbox_id, account_id, rights FROM mailbox_rights WHERE mailbox_id IN \
        (\(list: mailboxes.map(\.rawValue).sorted())) AND account_id IN (0, \(list: accounts.map(\.rawValue).sorted())) \
        ORDER BY mailbox_id, account_id LOCK IN SHARE MODE
        """
    }
}

/// The rights that a transaction has read, and holds.
struct HeldRights {
    private var rights: [Key: MailboxRights] = [:]

    private struct Key: Hashable {
        let mailbox: MailboxID
        /// 0 for everybody.
        let account: UInt64
    }

    init() {}

    /// - Parameter rows: of `MailboxPermit.select`.
    init(_ rows: [Row]) throws {
        for row in rows {
            let key = Key(mailbox: MailboxID(try row[0].uint64), account: try row[1].uint64)
            rights[key] = try MailboxRights(row[2])
        }
    }

    /// What an account holds, and what everybody does.
    func rights(of account: AccountID, on mailbox: MailboxID) -> MailboxRights {
        let (own, common) = (Key(mailbox: mailbox, account: account.rawValue), Key(mailbox: mailbox, account: 0))
        return (rights[own] ?? []).union(rights[common] ?? [])
    }

    /// - Throws: `StoreError` forbidden when a right was withdrawn that is relied on.
    func check(_ permit: MailboxPermit?) throws(StoreError) {
        guard let permit else { return }
        guard rights(of: permit.account, on: permit.mailbox).isSuperset(of: permit.rights) else {
            throw StoreError(.forbidden, "rights of account \(permit.account) were withdrawn")
        }
    }
}
