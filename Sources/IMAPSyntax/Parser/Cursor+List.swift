// Arguments of LIST and LSUB.

extension Cursor {
    ///     list        = "LIST" [SP list-select-opts] SP mailbox SP mbox-or-pat [SP list-return-opts]
    ///     mbox-or-pat = list-mailbox / patterns
    mutating func list() throws(SyntaxError) -> Command {
        var selection: Set<ListSelectionOption>?
        if next == UInt8(ascii: "(") {
            selection = try selectionOptions()
            try space()
        }
        let reference = try mailbox()
        try space()
        let hasList = next == UInt8(ascii: "(")
        let patterns =
            hasList
            ? try parenthesised("patterns") { cursor throws(SyntaxError) in try cursor.listMailbox() }
            : [try listMailbox()]
        var returns: [ListReturnOption]?
        if take(UInt8(ascii: " ")) { returns = try returnOptions() }
        return .list(
            ListCommand(
                selection: selection ?? [], reference: reference, patterns: patterns, returns: returns ?? [],
                isExtended: selection != nil || hasList || returns != nil))
    }

    /// RFC 3501 6.3.9
    ///
    ///     lsub = "LSUB" SP mailbox SP list-mailbox
    mutating func lsub() throws(SyntaxError) -> Command {
        let reference = try mailbox()
        try space()
        return .lsub(reference: reference, pattern: try listMailbox())
    }

    ///     list-select-opts = "(" [(*(list-select-opt SP) list-select-base-opt *(SP list-select-opt)) /
    ///                        (list-select-independent-opt *(SP list-select-independent-opt))] ")"
    private mutating func selectionOptions() throws(SyntaxError) -> Set<ListSelectionOption> {
        let start = position
        let options = try parenthesised("selection options", mayBeEmpty: true) { cursor throws(SyntaxError) in
            let start = cursor.position
            guard let option = ListSelectionOption(rawValue: try cursor.keyword("a selection option")) else {
                throw SyntaxError(.invalid("selection option"), offset: start)
            }
            return option
        }
        let selection = Set(options)
        guard !selection.contains(.recursiveMatch) || selection.contains(.subscribed) || selection.contains(.specialUse)
        else { throw SyntaxError(.invalid("selection options: RECURSIVEMATCH needs another"), offset: start) }
        return selection
    }

    ///     list-return-opts = "RETURN" SP "(" [return-option *(SP return-option)] ")"
    private mutating func returnOptions() throws(SyntaxError) -> [ListReturnOption] {
        guard take("RETURN ") else { throw error(.expected("RETURN")) }
        let options = try parenthesised("return options", mayBeEmpty: true) { cursor throws(SyntaxError) in
            try cursor.returnOption()
        }
        return options.uniqued()
    }

    ///     return-option = "SUBSCRIBED" / "CHILDREN" / "SPECIAL-USE" / status-option
    ///     status-option = "STATUS" SP "(" status-att *(SP status-att) ")"
    ///     return-option =/ "MYRIGHTS"
    ///     return-option =/ "METADATA" SP "(" entry *(SP entry) ")"
    private mutating func returnOption() throws(SyntaxError) -> ListReturnOption {
        let start = position
        switch try keyword("a return option") {
        case "SUBSCRIBED": return .subscribed
        case "CHILDREN": return .children
        case "SPECIAL-USE": return .specialUse
        case "MYRIGHTS": return .myRights
        case "STATUS":
            try space()
            return .status(try statusItems())
        case "METADATA":
            try space()
            return .metadata(try metadataEntryNames())
        default: throw SyntaxError(.invalid("return option"), offset: start)
        }
    }
}
