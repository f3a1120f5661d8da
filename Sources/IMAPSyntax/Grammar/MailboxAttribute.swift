// Attributes of a mailbox in LIST, among them the special uses.

/// An attribute that LIST shows of a mailbox; the special uses are also CREATE's USE argument.
///
/// RFC 9051 7.3.1, RFC 5258, RFC 6154 2, RFC 8457 3
///
///     mbx-list-oflag = "\Noinferiors" / child-mbox-flag / "\Subscribed" / "\Remote" / flag-extension
///     mbx-list-sflag = "\NonExistent" / "\Noselect" / "\Marked" / "\Unmarked"
///     use-attr       = "\All" / "\Archive" / "\Drafts" / "\Flagged" / "\Junk" / "\Sent" / "\Trash" / use-attr-ext
package enum MailboxAttribute: String, Hashable, Sendable, CaseIterable {
    case noInferiors = "\\NoInferiors"
    case noSelect = "\\Noselect"
    case nonExistent = "\\NonExistent"
    case hasChildren = "\\HasChildren"
    case hasNoChildren = "\\HasNoChildren"
    case marked = "\\Marked"
    case unmarked = "\\Unmarked"
    case subscribed = "\\Subscribed"
    case remote = "\\Remote"
    case all = "\\All"
    case archive = "\\Archive"
    case drafts = "\\Drafts"
    case flagged = "\\Flagged"
    case important = "\\Important"
    case junk = "\\Junk"
    case sent = "\\Sent"
    case trash = "\\Trash"

    /// Whether the attribute is a special use (RFC 6154, RFC 8457), which CREATE may ask for.
    package var isSpecialUse: Bool {
        switch self {
        case .all, .archive, .drafts, .flagged, .important, .junk, .sent, .trash: true
        case .noInferiors, .noSelect, .nonExistent, .hasChildren, .hasNoChildren, .marked, .unmarked, .subscribed,
            .remote:
            false
        }
    }
}
