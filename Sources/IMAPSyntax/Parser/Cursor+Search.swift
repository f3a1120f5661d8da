// Arguments of SEARCH: options, charset, and the search program.

extension Cursor {
    ///     search         = "SEARCH" [search-return-opts] SP search-program
    ///     search-program = ["CHARSET" SP charset SP] search-key *(SP search-key)
    mutating func search() throws(SyntaxError) -> SearchCommand {
        let (returns, partial) = try searchReturnOptions()
        var charset: String?
        if take("CHARSET ") {
            charset = try charsetName()
            try space()
        }
        return SearchCommand(charset: charset, returns: returns, partial: partial, key: try searchKeys())
    }

    /// The options and the space behind them; nil where there are none.
    ///
    /// RFC 9051 9, RFC 5267 5, RFC 9394 4
    ///
    ///     search-return-opts = SP "RETURN" SP "(" [search-return-opt *(SP search-return-opt)] ")"
    ///     search-return-opt  =/ "PARTIAL" SP partial-range / "UPDATE" / "CONTEXT"
    mutating func searchReturnOptions() throws(SyntaxError) -> (SearchReturnOptions?, PartialRange?) {
        guard take("RETURN ") else { return (nil, nil) }
        let begin = position
        var partial: PartialRange?
        let list = try parenthesised("return options", mayBeEmpty: true) { cursor throws(SyntaxError) in
            let start = cursor.position
            switch try cursor.keyword("a return option") {
            case "PARTIAL" where partial == nil:
                try cursor.space()
                partial = try cursor.partialRange()
                return SearchReturnOptions.partial
            case "MIN": return .min
            case "MAX": return .max
            case "ALL": return .all
            case "COUNT": return .count
            case "SAVE": return .save
            case "UPDATE": return .update
            case "CONTEXT": return .context
            default: throw SyntaxError(.invalid("return option"), offset: start)
            }
        }
        let options = list.reduce(into: SearchReturnOptions()) { $0.formUnion($1) }
        guard partial == nil || !options.contains(.all) else {
            throw SyntaxError(.invalid("return options: PARTIAL and ALL exclude each other"), offset: begin)
        }
        try space()
        // RFC 9051 6.4.4: an empty list means ALL.
        return (options.isEmpty ? .all : options, partial)
    }

    ///     charset = atom / quoted
    mutating func charsetName() throws(SyntaxError) -> String {
        let start = position
        let name = try astring()
        guard !name.isEmpty, name.count <= 64, name.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw SyntaxError(.invalid("charset"), offset: start)
        }
        return String(decoding: name.map(ByteClass.upper), as: UTF8.self)
    }

    /// All keys of a command.
    mutating func searchKeys() throws(SyntaxError) -> SearchKey {
        var budget = options.maximumListElements
        return try searchKeys(depth: 0, budget: &budget)
    }

    /// Keys side by side: all of them must hold.
    private mutating func searchKeys(depth: Int, budget: inout Int) throws(SyntaxError) -> SearchKey {
        let first = try searchKey(depth: depth, budget: &budget)
        guard next == UInt8(ascii: " ") else { return first }
        var keys = [first]
        while take(UInt8(ascii: " ")) { keys.append(try searchKey(depth: depth, budget: &budget)) }
        return .and(keys)
    }

    ///     search-key = "NOT" SP search-key / "OR" SP search-key SP search-key / sequence-set /
    ///                  "(" search-key *(SP search-key) ")" / ...
    private mutating func searchKey(depth: Int, budget: inout Int) throws(SyntaxError) -> SearchKey {
        guard depth < options.maximumDepth else { throw error(.tooDeep) }
        budget -= 1
        guard budget >= 0 else { throw error(.tooMany("search keys")) }
        if take(UInt8(ascii: "(")) {
            let keys = try searchKeys(depth: depth + 1, budget: &budget)
            try close()
            return keys
        }
        if Cursor.beginsSet(next) { return .sequence(try sequenceSet()) }
        let start = position
        let name = try keyword("a search key")
        switch name {
        case "NOT":
            try space()
            return .not(try searchKey(depth: depth + 1, budget: &budget))
        case "OR":
            try space()
            let left = try searchKey(depth: depth + 1, budget: &budget)
            try space()
            return .or(left, try searchKey(depth: depth + 1, budget: &budget))
        default:
            if let key = Cursor.plainSearchKeys[name] { return key }
            return try searchKeyWithArgument(name, at: start)
        }
    }

    /// RFC 5267 5
    ///
    ///     command-select =/ "CANCELUPDATE" 1*(SP quoted)
    mutating func cancelledTags() throws(SyntaxError) -> [String] {
        try list("tags") { cursor throws(SyntaxError) in String(decoding: try cursor.quoted(), as: UTF8.self) }
    }
}
