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
            case "SUBTREE": return .subtree(try cursor.namedMailboxes())
            case "SUBTREE-ONE": return .subtreeOne(try cursor.namedMailboxes())
            case "MAILBOXES": return .mailboxes(try cursor.namedMailboxes())
            default: throw SyntaxError(.invalid("mailboxes to search"), offset: start)
            }
        }
    }
}
