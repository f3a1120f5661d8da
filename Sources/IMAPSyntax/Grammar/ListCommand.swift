// LIST in its basic and its extended form.

/// The arguments of LIST.
///
/// RFC 9051 6.3.9, RFC 5258 6
///
///     list        = "LIST" [SP list-select-opts] SP mailbox SP mbox-or-pat [SP list-return-opts]
///     mbox-or-pat = list-mailbox / patterns
///     patterns    = "(" list-mailbox *(SP list-mailbox) ")"
package struct ListCommand: Hashable, Sendable {
    package var selection: Set<ListSelectionOption>
    package var reference: MailboxName
    /// At least one.
    package var patterns: [ListPattern]
    package var returns: [ListReturnOption]
    /// Whether the client used any of the extended syntax, even empty lists: then `LIST "" ""` is an ordinary pattern
    /// and not the question for the hierarchy delimiter (RFC 5258 3).
    package var isExtended: Bool

    package init(
        selection: Set<ListSelectionOption> = [], reference: MailboxName, patterns: [ListPattern],
        returns: [ListReturnOption] = [], isExtended: Bool = false
    ) {
        self.selection = selection
        self.reference = reference
        self.patterns = patterns
        self.returns = returns
        self.isExtended = isExtended
    }

    /// Whether this is `LIST ref ""`, which asks for the delimiter and the root of the reference.
    package var asksForDelimiter: Bool { !isExtended && patterns.first?.utf8.isEmpty == true }
}

/// Which mailboxes LIST considers.
///
/// RFC 5258 3.1, RFC 6154 2
///
///     list-select-opt = "SUBSCRIBED" / "REMOTE" / "RECURSIVEMATCH" / "SPECIAL-USE" / option-extension
package enum ListSelectionOption: String, Hashable, Sendable {
    case subscribed = "SUBSCRIBED"
    case remote = "REMOTE"
    /// Never alone: the parser asks for SUBSCRIBED or SPECIAL-USE beside it.
    case recursiveMatch = "RECURSIVEMATCH"
    case specialUse = "SPECIAL-USE"
}

/// What LIST tells of each mailbox.
///
/// RFC 5258 3.2, RFC 5819, RFC 6154 2, RFC 8440, RFC 9590
///
///     return-option =  "SUBSCRIBED" / "CHILDREN" / "SPECIAL-USE" / status-option / option-extension
///     return-option =/ "MYRIGHTS"
///     return-option =/ "METADATA" SP "(" entry *(SP entry) ")"
///     status-option =  "STATUS" SP "(" status-att *(SP status-att) ")"
package enum ListReturnOption: Hashable, Sendable {
    case subscribed
    case children
    case specialUse
    /// RFC 8440 3
    case myRights
    case status([StatusItem])
    /// RFC 9590 3; at least one, each once.
    case metadata([MetadataEntryName])
}
