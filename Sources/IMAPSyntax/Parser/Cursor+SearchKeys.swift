// The search keys that hold no other key.

extension Cursor {
    /// The keys without an argument.
    static let plainSearchKeys: [String: SearchKey] = [
        "ALL": .all, "ANSWERED": .answered, "DELETED": .deleted, "DRAFT": .draft, "FLAGGED": .flagged, "NEW": .new,
        "OLD": .old, "RECENT": .recent, "SEEN": .seen, "UNANSWERED": .unanswered, "UNDELETED": .undeleted,
        "UNDRAFT": .undraft, "UNFLAGGED": .unflagged, "UNSEEN": .unseen, "SAVEDATESUPPORTED": .saveDateSupported,
    ]

    /// The rest of a key after its name, which began at `start`.
    mutating func searchKeyWithArgument(_ name: String, at start: Int) throws(SyntaxError) -> SearchKey {
        switch name {
        case "BCC", "BODY", "CC", "FROM", "SUBJECT", "TEXT", "TO":
            try space()
            return textKey(name, try astring())
        case "BEFORE", "ON", "SINCE", "SENTBEFORE", "SENTON", "SENTSINCE", "SAVEDBEFORE", "SAVEDON", "SAVEDSINCE":
            try space()
            return dateKey(name, try date())
        case "HEADER":
            try space()
            let field = try astring()
            try space()
            return .header(name: field, value: try astring())
        case "KEYWORD":
            try space()
            return .keyword(try flagKeyword())
        case "UNKEYWORD":
            try space()
            return .unkeyword(try flagKeyword())
        case "LARGER":
            try space()
            return .larger(try number64())
        case "SMALLER":
            try space()
            return .smaller(try number64())
        case "OLDER":
            try space()
            return .older(seconds: try nonZeroNumber())
        case "YOUNGER":
            try space()
            return .younger(seconds: try nonZeroNumber())
        case "UID":
            try space()
            return .uid(try sequenceSet())
        case "MODSEQ":
            try space()
            return try modSequenceKey()
        case "EMAILID":
            try space()
            return .emailID(try objectID())
        case "THREADID":
            try space()
            return .threadID(try objectID())
        default:
            throw SyntaxError(.invalid("search key"), offset: start)
        }
    }

    private func textKey(_ name: String, _ text: [UInt8]) -> SearchKey {
        switch name {
        case "BCC": .bcc(text)
        case "BODY": .body(text)
        case "CC": .cc(text)
        case "FROM": .from(text)
        case "SUBJECT": .subject(text)
        case "TO": .to(text)
        default: .text(text)
        }
    }

    private func dateKey(_ name: String, _ date: CalendarDate) -> SearchKey {
        switch name {
        case "BEFORE": .before(date)
        case "ON": .on(date)
        case "SINCE": .since(date)
        case "SENTBEFORE": .sentBefore(date)
        case "SENTON": .sentOn(date)
        case "SENTSINCE": .sentSince(date)
        case "SAVEDBEFORE": .savedBefore(date)
        case "SAVEDON": .savedOn(date)
        default: .savedSince(date)
        }
    }

    /// RFC 7162 7
    ///
    ///     search-modsequence = "MODSEQ" [search-modseq-ext] SP mod-sequence-valzer
    ///     search-modseq-ext  = SP entry-name SP entry-type-req
    private mutating func modSequenceKey() throws(SyntaxError) -> SearchKey {
        guard next == UInt8(ascii: "\"") else { return .modSequence(try number64(), entry: nil) }
        let start = position
        let name = try quoted()
        guard name.count > 7, name.starts(with: "/flags/".utf8) else {
            throw SyntaxError(.invalid("entry name"), offset: start)
        }
        try space()
        let kindStart = position
        guard let kind = ModSequenceEntry.Kind(rawValue: try keyword("an entry type").lowercased()) else {
            throw SyntaxError(.invalid("entry type"), offset: kindStart)
        }
        try space()
        return .modSequence(try number64(), entry: ModSequenceEntry(name: name, kind: kind))
    }

    /// RFC 8474 7
    ///
    ///     objectid = 1*255(ALPHA / DIGIT / "_" / "-")
    private mutating func objectID() throws(SyntaxError) -> ObjectID {
        let start = position
        let word = String(decoding: run(while: ByteClass.isAtomCharacter), as: UTF8.self)
        guard let id = ObjectID(word) else { throw SyntaxError(.invalid("object identifier"), offset: start) }
        return id
    }
}
