// Flags and keywords.

extension Cursor {
    ///     flag      = "\Answered" / "\Flagged" / "\Deleted" / "\Seen" / "\Draft" / flag-keyword / flag-extension
    mutating func flag() throws(SyntaxError) -> Flag {
        let start = position
        guard take(UInt8(ascii: "\\")) else { return .keyword(try flagKeyword()) }
        guard next != UInt8(ascii: "*") else { throw SyntaxError(.invalid("flag"), offset: start) }
        switch try keyword("a flag") {
        case "ANSWERED": return .answered
        case "FLAGGED": return .flagged
        case "DELETED": return .deleted
        case "SEEN": return .seen
        case "DRAFT": return .draft
        default: throw SyntaxError(.invalid("flag"), offset: start)
        }
    }

    ///     flag-keyword = "$MDNSent" / "$Forwarded" / "$Junk" / "$NotJunk" / "$Phishing" / atom
    mutating func flagKeyword() throws(SyntaxError) -> Keyword {
        let name = String(decoding: run(while: ByteClass.isAtomCharacter), as: UTF8.self)
        guard let keyword = Keyword(name) else { throw error(.expected("a flag")) }
        return keyword
    }

    ///     flag-list = "(" [flag *(SP flag)] ")"
    mutating func flagList() throws(SyntaxError) -> [Flag] {
        try parenthesised("flags", mayBeEmpty: true) { cursor throws(SyntaxError) in try cursor.flag() }.uniqued()
    }
}
