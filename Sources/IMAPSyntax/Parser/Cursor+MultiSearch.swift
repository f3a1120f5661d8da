// Arguments of ESEARCH.

extension Cursor {
    /// RFC 7377 4
    ///
    ///     esearch = "ESEARCH" [SP esearch-source-opts] [SP search-return-opts] SP search-program
    mutating func multiSearch() throws(SyntaxError) -> MultiSearchCommand {
        var sources: [SearchSource] = [.selected]
        if take("IN ") {
            try open()
            sources = try searchSources()
            try close()
            try space()
        }
        var search = try search()
        // RFC 7377 2.1: always ESEARCH, and all of it unless something else is asked for.
        if search.returns == nil { search.returns = .all }
        return MultiSearchCommand(sources: sources, search: search)
    }

    ///     source-mbox = filter-mailboxes *(SP filter-mailboxes)
    private mutating func searchSources() throws(SyntaxError) -> [SearchSource] {
        try list("mailboxes to search") { cursor throws(SyntaxError) in
            let start = cursor.position
            switch try cursor.keyword("mailboxes to search") {
            case "SELECTED": return SearchSource.selected
            case "INBOXES": return .inboxes
            case "PERSONAL": return .personal
            case "SUBSCRIBED": return .subscribed
            case "SUBTREE": return .subtree(try cursor.oneOrMoreMailboxes())
            case "SUBTREE-ONE": return .subtreeOne(try cursor.oneOrMoreMailboxes())
            case "MAILBOXES": return .mailboxes(try cursor.oneOrMoreMailboxes())
            default: throw SyntaxError(.invalid("mailboxes to search"), offset: start)
            }
        }
    }

    /// RFC 5465 8
    ///
    ///     one-or-more-mailbox = mailbox / many-mailboxes
    ///     many-mailboxes      = "(" mailbox *(SP mailbox) ")"
    private mutating func oneOrMoreMailboxes() throws(SyntaxError) -> [MailboxName] {
        try space()
        guard next == UInt8(ascii: "(") else { return [try mailbox()] }
        return try parenthesised("mailboxes") { cursor throws(SyntaxError) in try cursor.mailbox() }
    }
}
