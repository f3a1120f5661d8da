// Arguments of STORE.

extension Cursor {
    ///     store           = "STORE" SP sequence-set [SP "(" store-modifier ")"] SP store-att-flags
    ///     store-att-flags = (["+" / "-"] "FLAGS" [".SILENT"]) SP (flag-list / (flag *(SP flag)))
    mutating func store() throws(SyntaxError) -> StoreCommand {
        let messages = try sequenceSet()
        try space()
        var unchangedSince: UInt64?
        if next == UInt8(ascii: "(") {
            unchangedSince = try storeModifier()
            try space()
        }
        let action: StoreOperation.Action
        if take(UInt8(ascii: "+")) {
            action = .add
        } else if take(UInt8(ascii: "-")) {
            action = .remove
        } else {
            action = .replace
        }
        guard take("FLAGS") else { throw error(.expected("FLAGS")) }
        let isSilent = take(".SILENT")
        try space()
        let flags =
            next == UInt8(ascii: "(")
            ? try flagList()
            : try list("flags") { cursor throws(SyntaxError) in try cursor.flag() }.uniqued()
        return StoreCommand(
            messages: messages, operation: StoreOperation(action, flags, isSilent: isSilent),
            unchangedSince: unchangedSince)
    }

    /// RFC 7162 3.1.3
    ///
    ///     store-modifier =/ "UNCHANGEDSINCE" SP mod-sequence-valzer
    private mutating func storeModifier() throws(SyntaxError) -> UInt64 {
        try open()
        let start = position
        guard try keyword("a modifier") == "UNCHANGEDSINCE" else {
            throw SyntaxError(.invalid("modifier"), offset: start)
        }
        try space()
        let value = try number64()
        try close()
        return value
    }
}
