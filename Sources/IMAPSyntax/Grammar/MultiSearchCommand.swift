// ESEARCH: a search in more mailboxes than the selected one.

/// The arguments of ESEARCH.
///
/// RFC 7377 4
///
///     esearch             = "ESEARCH" [SP esearch-source-opts] [SP search-return-opts] SP search-program
///     esearch-source-opts = "IN" SP "(" source-mbox [SP "(" scope-options ")"] ")"
///     source-mbox         = filter-mailboxes *(SP filter-mailboxes)
package struct MultiSearchCommand: Hashable, Sendable {
    /// Where to look; `selected` alone when the client named nothing.
    package var sources: [SearchSource]
    package var search: SearchCommand

    package init(sources: [SearchSource] = [.selected], search: SearchCommand) {
        self.sources = sources
        self.search = search
    }
}

/// A mailbox, or several, to look in.
///
/// RFC 5465 8, RFC 7377 4
///
///     filter-mailboxes = "selected" / "inboxes" / "personal" / "subscribed" / ("subtree" SP one-or-more-mailbox) /
///                        ("subtree-one" SP one-or-more-mailbox) / ("mailboxes" SP one-or-more-mailbox)
package enum SearchSource: Hashable, Sendable {
    case selected
    /// Where new mail arrives.
    case inboxes
    case personal
    case subscribed
    /// The mailboxes and all below them.
    case subtree([MailboxName])
    /// The mailboxes and those one level below them.
    case subtreeOne([MailboxName])
    case mailboxes([MailboxName])
}
