/// A committed change, as the feed tells it to who watches an account.
package struct ChangeEvent: Sendable, Hashable {
    /// What changed; the word stands in the row.
    package enum Kind: String, Sendable {
        /// There are more messages.
        case added
        /// There are fewer.
        case removed
        /// Flags and keywords.
        case flags
        /// Several of these at once.
        case messages
        case created
        case deleted
        case renamed
        /// A mailbox got another name because one above it did.
        case moved
        case subscribed
        case unsubscribed
        /// An annotation.
        case metadata
        /// Somebody was given rights on a mailbox, or lost some.
        case rights

        /// Whether messages are all that changed.
        var isOfMessages: Bool {
            switch self {
            case .added, .removed, .flags, .messages: true
            default: false
            }
        }
    }

    package let account: AccountID
    /// 0 where it is no mailbox that changed.
    package let mailbox: MailboxID
    package let kind: Kind
    /// Of the mailbox, as it was named after the change, or of the subscription; nil for what is of the server.
    package let name: MailboxPath?
    /// Of a mailbox that was renamed.
    package let oldName: MailboxPath?
    /// The annotation's entry.
    package let entry: String?

    package init(
        account: AccountID, mailbox: MailboxID, kind: Kind, name: MailboxPath? = nil, oldName: MailboxPath? = nil,
        entry: String? = nil
    ) {
        self.account = account
        self.mailbox = mailbox
        self.kind = kind
        self.name = name
        self.oldName = oldName
        self.entry = entry
    }

    /// - Parameter detail: of the row: an old name, or an entry.
    init(account: AccountID, mailbox: MailboxID, kind: Kind, name: [UInt8]?, detail: [UInt8]?) {
        let isRename = kind == .renamed || kind == .moved
        self.init(
            account: account, mailbox: mailbox, kind: kind, name: name.map(MailboxPath.init(stored:)),
            oldName: isRename ? detail.map(MailboxPath.init(stored:)) : nil,
            entry: kind == .metadata ? detail.map { String(decoding: $0, as: UTF8.self) } : nil)
    }
}
