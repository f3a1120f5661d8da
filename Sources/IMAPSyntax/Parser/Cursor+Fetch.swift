// Arguments of FETCH.

extension Cursor {
    ///     fetch = "FETCH" SP sequence-set SP ("ALL" / "FULL" / "FAST" / fetch-att / "(" fetch-att *(SP fetch-att) ")")
    ///             [SP "(" fetch-modifier *(SP fetch-modifier) ")"]
    mutating func fetch(uid: Bool) throws(SyntaxError) -> FetchCommand {
        let messages = try sequenceSet()
        try space()
        var command = FetchCommand(messages: messages, items: try fetchItems())
        if take(UInt8(ascii: " ")) { try fetchModifiers(of: &command, uid: uid) }
        return command
    }

    private mutating func fetchItems() throws(SyntaxError) -> [FetchItem] {
        if next == UInt8(ascii: "(") {
            return try parenthesised("items") { cursor throws(SyntaxError) in try cursor.fetchItem() }.uniqued()
        }
        let start = position
        let word = run(while: Cursor.isItemCharacter)
        // RFC 9051 6.4.5: macros stand alone.
        switch String(decoding: word.lazy.map(ByteClass.upper), as: UTF8.self) {
        case "FAST": return [.flags, .internalDate, .rfc822Size]
        case "ALL": return [.flags, .internalDate, .rfc822Size, .envelope]
        case "FULL": return [.flags, .internalDate, .rfc822Size, .envelope, .body]
        default: break
        }
        rewind(to: start)
        return [try fetchItem()]
    }

    private static func isItemCharacter(_ byte: UInt8) -> Bool {
        switch ByteClass.upper(byte) {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."): true
        default: false
        }
    }

    ///     fetch-att = "ENVELOPE" / "FLAGS" / "INTERNALDATE" / "RFC822" [".HEADER" / ".SIZE" / ".TEXT"] /
    ///                 "BODY" ["STRUCTURE"] / "UID" / "BODY" section [partial] / "BODY.PEEK" section [partial] /
    ///                 "BINARY" [".PEEK"] section-binary [partial] / "BINARY.SIZE" section-binary /
    ///                 "MODSEQ" / "EMAILID" / "THREADID" / "SAVEDATE" / "PREVIEW" [SP "(" "LAZY" ")"]
    mutating func fetchItem() throws(SyntaxError) -> FetchItem {
        let start = position
        let word = run(while: Cursor.isItemCharacter)
        guard !word.isEmpty else { throw error(.expected("a FETCH item")) }
        switch String(decoding: word.lazy.map(ByteClass.upper), as: UTF8.self) {
        case "ENVELOPE": return .envelope
        case "FLAGS": return .flags
        case "INTERNALDATE": return .internalDate
        case "UID": return .uid
        case "RFC822": return .rfc822
        case "RFC822.HEADER": return .rfc822Header
        case "RFC822.SIZE": return .rfc822Size
        case "RFC822.TEXT": return .rfc822Text
        case "BODYSTRUCTURE": return .bodyStructure
        case "BODY": return next == UInt8(ascii: "[") ? try bodySection(peek: false) : .body
        case "BODY.PEEK": return try bodySection(peek: true)
        case "BINARY": return .binary(part: try binarySection(), partial: try partial(), peek: false)
        case "BINARY.PEEK": return .binary(part: try binarySection(), partial: try partial(), peek: true)
        case "BINARY.SIZE": return .binarySize(part: try binarySection())
        case "MODSEQ": return .modSequence
        case "EMAILID": return .emailID
        case "THREADID": return .threadID
        case "SAVEDATE": return .saveDate
        // A list after a lone PREVIEW may also be the modifiers of FETCH; LAZY is the only preview-mod.
        case "PREVIEW": return .preview(lazy: take(" (LAZY)"))
        default: throw SyntaxError(.invalid("FETCH item"), offset: start)
        }
    }

    private mutating func bodySection(peek: Bool) throws(SyntaxError) -> FetchItem {
        let section = try section()
        return .bodySection(section, partial: try partial(), peek: peek)
    }

    ///     partial = "<" number64 "." nz-number64 ">"
    private mutating func partial() throws(SyntaxError) -> Partial? {
        guard take(UInt8(ascii: "<")) else { return nil }
        let offset = try number64()
        try expect(UInt8(ascii: "."), ".")
        let length = try nonZeroNumber64()
        try expect(UInt8(ascii: ">"), ">")
        return Partial(offset: offset, length: length)
    }

    /// RFC 7162 3.1.4.1 and 3.2.6, RFC 9394 3.3
    ///
    ///     fetch-modifier =/ "CHANGEDSINCE" SP mod-sequence-value / "VANISHED" / "PARTIAL" SP partial-range
    private mutating func fetchModifiers(of command: inout FetchCommand, uid: Bool) throws(SyntaxError) {
        let start = position
        try open()
        repeat {
            let start = position
            switch try keyword("a modifier") {
            case "CHANGEDSINCE" where command.changedSince == nil:
                try space()
                command.changedSince = try nonZeroNumber64()
            case "VANISHED" where uid && !command.vanished:
                command.vanished = true
            case "PARTIAL" where uid && command.partial == nil:
                try space()
                command.partial = try partialRange()
            default:
                throw SyntaxError(.invalid("modifier"), offset: start)
            }
        } while take(UInt8(ascii: " "))
        try close()
        guard !command.vanished || command.changedSince != nil else {
            throw SyntaxError(.invalid("modifiers: VANISHED needs CHANGEDSINCE"), offset: start)
        }
    }
}
