// Arguments of SEARCH: options, charset, and the search program.

extension Cursor {
    ///     search         = "SEARCH" [search-return-opts] SP search-program
    ///     search-program = ["CHARSET" SP charset SP] search-key *(SP search-key)
    mutating func search() throws(SyntaxError) -> SearchCommand {
        var returns: SearchReturnOptions?
        var partial: PartialRange?
        if take("RETURN ") {
            returns = try searchReturnOptions(&partial)
            try space()
        }
        var charset: String?
        if take("CHARSET ") {
            charset = try charsetName()
            try space()
        }
        var budget = options.maximumListElements
        let key = try searchKeys(depth: 0, budget: &budget)
        return SearchCommand(charset: charset, returns: returns, partial: partial, key: key)
    }

    /// RFC 9051 9, RFC 9394 4
    ///
    ///     search-return-opts = SP "RETURN" SP "(" [search-return-opt *(SP search-return-opt)] ")"
    ///     search-return-opt  =/ "PARTIAL" SP partial-range
    private mutating func searchReturnOptions(
        _ partial: inout PartialRange?
    ) throws(SyntaxError) -> SearchReturnOptions {
        let begin = position
        var range: PartialRange?
        let options = try parenthesised("return options", mayBeEmpty: true) { cursor throws(SyntaxError) in
            let start = cursor.position
            switch try cursor.keyword("a return option") {
            case "PARTIAL" where range == nil:
                try cursor.space()
                range = try cursor.partialRange()
                return SearchReturnOptions.partial
            case "MIN": return SearchReturnOptions.min
            case "MAX": return .max
            case "ALL": return .all
            case "COUNT": return .count
            case "SAVE": return .save
            default: throw SyntaxError(.invalid("return option"), offset: start)
            }
        }
        partial = range
        guard partial == nil || !options.contains(.all) else {
            throw SyntaxError(.invalid("return options: PARTIAL and ALL exclude each other"), offset: begin)
        }
        // RFC 9051 6.4.4: an empty list means ALL.
        return options.isEmpty ? .all : options.reduce(into: []) { $0.formUnion($1) }
    }

    ///     charset = atom / quoted
    private mutating func charsetName() throws(SyntaxError) -> String {
        let start = position
        let name = try astring()
        guard !name.isEmpty, name.count <= 64, name.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw SyntaxError(.invalid("charset"), offset: start)
        }
        return String(decoding: name.map(ByteClass.upper), as: UTF8.self)
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
}
