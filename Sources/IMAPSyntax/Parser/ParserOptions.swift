// How a session's state changes the reading of commands, and how much a command may hold.

/// What the parser needs to know of the session.
package struct ParserOptions: Hashable, Sendable {
    /// Whether mailbox names are UTF-8 (after ENABLE UTF8=ACCEPT, RFC 6855, or IMAP4rev2) instead of modified UTF-7.
    package var usesUTF8: Bool
    /// The hierarchy delimiter, which ends the first component for the INBOX rule.
    package var delimiter: UInt8
    /// Parentheses, NOT and OR in each other; also numbers of a section part.
    package var maximumDepth: Int
    /// Elements of a sequence set.
    package var maximumSetElements: Int
    /// Elements of any other list, and search keys of a command altogether.
    package var maximumListElements: Int

    package init(
        usesUTF8: Bool = false, delimiter: UInt8 = UInt8(ascii: "/"), maximumDepth: Int = 128,
        maximumSetElements: Int = 16_384, maximumListElements: Int = 4096
    ) {
        self.usesUTF8 = usesUTF8
        self.delimiter = delimiter
        self.maximumDepth = maximumDepth
        self.maximumSetElements = maximumSetElements
        self.maximumListElements = maximumListElements
    }
}
