// Arguments of the commands about mailboxes, LIST apart.

extension Cursor {
    /// RFC 4466 2.1
    ///
    ///     select-params = SP "(" select-param *(SP select-param) ")"
    mutating func selectParameters() throws(SyntaxError) -> [SelectParameter] {
        guard take(UInt8(ascii: " ")) else { return [] }
        let start = position
        let parameters = try parenthesised("parameters") { cursor throws(SyntaxError) in
            try cursor.selectParameter()
        }
        var condStores = 0
        for case .condStore in parameters { condStores += 1 }
        guard condStores <= 1, parameters.count - condStores <= 1 else {
            throw SyntaxError(.invalid("parameters: each may be given once"), offset: start)
        }
        return parameters
    }

    /// RFC 7162 7
    ///
    ///     select-param =/ condstore-param
    ///     select-param =/ "QRESYNC" SP "(" uidvalidity SP mod-sequence-value [SP known-uids] [SP seq-match-data] ")"
    private mutating func selectParameter() throws(SyntaxError) -> SelectParameter {
        let start = position
        switch try keyword("a parameter") {
        case "CONDSTORE": return .condStore
        case "QRESYNC": break
        default: throw SyntaxError(.invalid("parameter"), offset: start)
        }
        try space()
        try open()
        let uidValidity = try nonZeroNumber()
        try space()
        var parameter = QResyncParameter(uidValidity: uidValidity, modSequence: try nonZeroNumber64())
        if take(UInt8(ascii: " ")) {
            var hasMatch = next == UInt8(ascii: "(")
            if !hasMatch {
                parameter.knownUIDs = try fixedSet()
                hasMatch = take(UInt8(ascii: " "))
            }
            if hasMatch { parameter.sequenceMatch = try sequenceMatch() }
        }
        try close()
        return .qResync(parameter)
    }

    ///     seq-match-data = "(" known-sequence-set SP known-uid-set ")"
    private mutating func sequenceMatch() throws(SyntaxError) -> QResyncParameter.SequenceMatch {
        try open()
        let start = position
        let numbers = try fixedSet()
        try space()
        let uids = try fixedSet()
        guard numbers.fixedCount == uids.fixedCount else {
            throw SyntaxError(.invalid("sets: they differ in size"), offset: start)
        }
        try close()
        return QResyncParameter.SequenceMatch(sequenceNumbers: numbers, uids: uids)
    }

    /// RFC 6154 6
    ///
    ///     create       = "CREATE" SP mailbox [create-params]
    ///     create-param =/ "USE" SP "(" [use-attr *(SP use-attr)] ")"
    mutating func create() throws(SyntaxError) -> Command {
        let name = try mailbox()
        guard take(UInt8(ascii: " ")) else { return .create(name, uses: []) }
        try open()
        let start = position
        guard try keyword("a parameter") == "USE" else { throw SyntaxError(.invalid("parameter"), offset: start) }
        try space()
        let uses = try parenthesised("special uses", mayBeEmpty: true) { cursor throws(SyntaxError) in
            try cursor.useAttribute()
        }
        try close()
        return .create(name, uses: uses.uniqued())
    }

    ///     rename = "RENAME" SP mailbox SP mailbox
    mutating func rename() throws(SyntaxError) -> Command {
        let from = try mailbox()
        try space()
        return .rename(from: from, to: try mailbox())
    }

    ///     status = "STATUS" SP mailbox SP "(" status-att *(SP status-att) ")"
    mutating func status() throws(SyntaxError) -> Command {
        let name = try mailbox()
        try space()
        return .status(name, try statusItems())
    }
}
