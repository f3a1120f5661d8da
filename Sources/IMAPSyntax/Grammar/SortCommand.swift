// SORT: what to look for, and in which order to answer.

/// The arguments of SORT.
///
/// RFC 5256 (SORT), RFC 5267 3 (return options), RFC 5957 (DISPLAYFROM, DISPLAYTO)
///
///     sort          = ["UID" SP] "SORT" SP sort-criteria SP search-criteria
///     extended-sort = ["UID" SP] "SORT" search-return-opts SP sort-criteria SP search-criteria
///     sort-criteria = "(" sort-criterion *(SP sort-criterion) ")"
package struct SortCommand: Hashable, Sendable {
    /// In the order of their weight; at least one from the parser.
    package var criteria: [SortCriterion]
    /// The charset, which SORT always names, the return options and what to look for.
    package var search: SearchCommand

    package init(criteria: [SortCriterion], search: SearchCommand) {
        self.criteria = criteria
        self.search = search
    }
}

/// What messages are ordered by.
///
///     sort-criterion = ["REVERSE" SP] sort-key
///     sort-key       = "ARRIVAL" / "CC" / "DATE" / "FROM" / "SIZE" / "SUBJECT" / "TO" / "DISPLAYFROM" / "DISPLAYTO"
package struct SortCriterion: Hashable, Sendable {
    package enum Key: String, Hashable, Sendable, CaseIterable {
        case arrival = "ARRIVAL"
        case cc = "CC"
        case date = "DATE"
        case from = "FROM"
        case size = "SIZE"
        case subject = "SUBJECT"
        case to = "TO"
        case displayFrom = "DISPLAYFROM"
        case displayTo = "DISPLAYTO"
    }

    package var key: Key
    /// Descending.
    package var isReversed: Bool

    package init(_ key: Key, isReversed: Bool = false) {
        self.key = key
        self.isReversed = isReversed
    }
}
