// Mailbox names, patterns and attributes.

extension Cursor {
    ///     mailbox = "INBOX" / astring
    mutating func mailbox() throws(SyntaxError) -> MailboxName {
        let start = position
        let name = try decodeName(try astring(), from: start)
        guard let mailbox = MailboxName(utf8: name, delimiter: options.delimiter) else {
            throw SyntaxError(.mailboxName("not valid UTF-8"), offset: start)
        }
        return mailbox
    }

    /// RFC 5465 8, with the space before it. Each mailbox once.
    ///
    ///     one-or-more-mailbox = mailbox / many-mailboxes
    ///     many-mailboxes      = "(" mailbox *(SP mailbox) ")"
    mutating func namedMailboxes() throws(SyntaxError) -> [MailboxName] {
        try space()
        guard next == UInt8(ascii: "(") else { return [try mailbox()] }
        return try parenthesised("mailboxes") { cursor throws(SyntaxError) in try cursor.mailbox() }.uniqued()
    }

    ///     list-mailbox = 1*list-char / string
    mutating func listMailbox() throws(SyntaxError) -> ListPattern {
        let start = position
        let atom = run(while: ByteClass.isListCharacter)
        let name = try decodeName(atom.isEmpty ? try string() : Array(atom), from: start)
        guard let pattern = ListPattern(utf8: name) else {
            throw SyntaxError(.mailboxName("not valid UTF-8"), offset: start)
        }
        return pattern
    }

    /// The name in UTF-8. The offset of an error is that of the whole argument: inside it, escapes and literals move the
    /// bytes.
    private func decodeName(_ name: [UInt8], from start: Int) throws(SyntaxError) -> [UInt8] {
        if options.usesUTF8 { return name }
        do throws(ModifiedUTF7.DecodingError) {
            return try ModifiedUTF7.decode(name)
        } catch {
            throw SyntaxError(.mailboxName("not valid modified UTF-7"), offset: start)
        }
    }

    /// An attribute of RFC 6154 in CREATE's USE.
    ///
    ///     use-attr = "\All" / "\Archive" / "\Drafts" / "\Flagged" / "\Junk" / "\Sent" / "\Trash" / use-attr-ext
    mutating func useAttribute() throws(SyntaxError) -> MailboxAttribute {
        let start = position
        try expect(UInt8(ascii: "\\"), "a special use")
        let name = try "\\" + keyword("a special use")
        let attribute = MailboxAttribute.allCases.first { $0.isSpecialUse && $0.rawValue.uppercased() == name }
        guard let attribute else { throw SyntaxError(.invalid("special use"), offset: start) }
        return attribute
    }

    ///     status-att-list in parentheses, each once.
    mutating func statusItems() throws(SyntaxError) -> [StatusItem] {
        let items = try parenthesised("status items") { cursor throws(SyntaxError) in
            let start = cursor.position
            guard let item = StatusItem(rawValue: try cursor.keyword("a status item")) else {
                throw SyntaxError(.invalid("status item"), offset: start)
            }
            return item
        }
        return items.uniqued()
    }
}

extension Array where Element: Hashable {
    /// The elements without repetitions, in order of first appearance.
    func uniqued() -> [Element] {
        guard count > 1 else { return self }
        var seen = Set<Element>()
        return filter { seen.insert($0).inserted }
    }
}
