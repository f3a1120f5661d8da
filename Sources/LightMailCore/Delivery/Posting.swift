/// One message into one mailbox: the row that a delivery or an APPEND wants.
struct Posting: Sendable {
    let account: AccountID
    let mailbox: MailboxID
    let flags: MessageFlags
    let keywords: [Keyword]
    /// Seconds since 1970; nil for the time of the commit.
    let internalDate: Int64?
    /// The recipient to show; nil for an APPEND.
    let deliveredTo: [UInt8]?
    let origin: DeliveryOrigin
    /// Whether the same bytes within a day are a retry that adds nothing.
    let isDelivery: Bool
    /// The message that gives way to it.
    var replaced: ReplacedMessage?
    /// Where an imported message was (docs/decisions/0013): the account takes it once. Nil for any other.
    var source: [UInt8]?
    /// Of who adds it, where that is not the owner.
    var permits: [MailboxPermit] = []
}

/// A message that is removed in the transaction that adds another (RFC 8508).
package struct ReplacedMessage: Sendable {
    package let account: AccountID
    package let mailbox: MailboxID
    package let uid: UID

    package init(account: AccountID, mailbox: MailboxID, uid: UID) {
        self.account = account
        self.mailbox = mailbox
        self.uid = uid
    }
}

/// What becomes of a posting.
package struct DeliveredMessage: Sendable, Hashable {
    package let mailbox: MailboxID
    package let uidValidity: UInt32
    package let uid: UID
    /// True when the mailbox had it already from an earlier try, and nothing was added.
    package let isRepeat: Bool
}

/// A message with the mailboxes that it goes to: its rows are made in one transaction.
struct Parcel: Sendable {
    let message: ReceivedMessage
    let postings: [Posting]
}
