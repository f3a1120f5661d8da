// SEARCH: what to look for, in which charset, and in what form to answer.

/// The arguments of SEARCH.
///
/// RFC 9051 6.4.4
///
///     search         = "SEARCH" [search-return-opts] SP search-program
///     search-program = ["CHARSET" SP charset SP] search-key *(SP search-key)
package struct SearchCommand: Hashable, Sendable {
    /// Upper case; nil when the client named none (US-ASCII, or UTF-8 in IMAP4rev2).
    package var charset: String?
    /// Nil without RETURN, which in IMAP4rev1 asks for the old SEARCH response.
    package var returns: SearchReturnOptions?
    /// What PARTIAL asks for, when it is among `returns`.
    package var partial: PartialRange?
    package var key: SearchKey

    package init(
        charset: String? = nil, returns: SearchReturnOptions? = nil, partial: PartialRange? = nil, key: SearchKey
    ) {
        self.charset = charset
        self.returns = returns
        self.partial = partial
        self.key = key
    }
}

/// What ESEARCH is to hold.
///
/// RFC 9051 6.4.4, RFC 4731 3.1, RFC 5182 2.1, RFC 5267 4 (UPDATE, CONTEXT, PARTIAL), RFC 9394 3.1
///
///     search-return-opt = "MIN" / "MAX" / "ALL" / "COUNT" / "SAVE" / search-ret-opt-ext
///
/// `RETURN ()` means ALL; the parser has put it in already.
package struct SearchReturnOptions: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    package static let min = SearchReturnOptions(rawValue: 1)
    package static let max = SearchReturnOptions(rawValue: 2)
    package static let all = SearchReturnOptions(rawValue: 4)
    package static let count = SearchReturnOptions(rawValue: 8)
    package static let save = SearchReturnOptions(rawValue: 16)
    /// The client wants to be told how the result changes.
    package static let update = SearchReturnOptions(rawValue: 32)
    /// The client will ask again: a hint.
    package static let context = SearchReturnOptions(rawValue: 64)
    /// RFC 9394 3.1; never with `all`.
    package static let partial = SearchReturnOptions(rawValue: 128)
}
