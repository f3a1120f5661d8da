// Arguments of SORT and THREAD.

extension Cursor {
    /// RFC 5256, RFC 5267 3
    ///
    ///     sort = "SORT" [search-return-opts] SP sort-criteria SP search-criteria
    mutating func sort() throws(SyntaxError) -> SortCommand {
        let (returns, partial) = try searchReturnOptions()
        let criteria = try parenthesised("sort criteria") { cursor throws(SyntaxError) in try cursor.sortCriterion() }
        try space()
        var search = try searchCriteria()
        search.returns = returns
        search.partial = partial
        return SortCommand(criteria: criteria, search: search)
    }

    ///     sort-criterion = ["REVERSE" SP] sort-key
    private mutating func sortCriterion() throws(SyntaxError) -> SortCriterion {
        let isReversed = take("REVERSE ")
        let start = position
        guard let key = SortCriterion.Key(rawValue: try keyword("a sort key")) else {
            throw SyntaxError(.invalid("sort key"), offset: start)
        }
        return SortCriterion(key, isReversed: isReversed)
    }

    /// RFC 5256
    ///
    ///     thread = "THREAD" SP thread-alg SP search-criteria
    mutating func thread() throws(SyntaxError) -> ThreadCommand {
        let start = position
        guard let algorithm = ThreadCommand.Algorithm(rawValue: try keyword("a threading algorithm")) else {
            throw SyntaxError(.invalid("threading algorithm"), offset: start)
        }
        try space()
        return ThreadCommand(algorithm: algorithm, search: try searchCriteria())
    }

    ///     search-criteria = charset 1*(SP search-key)
    private mutating func searchCriteria() throws(SyntaxError) -> SearchCommand {
        let charset = try charsetName()
        try space()
        return SearchCommand(charset: charset, key: try searchKeys())
    }
}
