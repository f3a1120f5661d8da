import IMAPSyntax
import Testing

@Suite("Commands about messages")
struct MessageCommandTests {
    static func body(_ section: SectionSpec, _ partial: Partial? = nil, peek: Bool = true) -> FetchItem {
        .bodySection(section, partial: partial, peek: peek)
    }

    static let items: [(String, [FetchItem])] = [
        ("FAST", [.flags, .internalDate, .rfc822Size]),
        ("all", [.flags, .internalDate, .rfc822Size, .envelope]),
        ("Full", [.flags, .internalDate, .rfc822Size, .envelope, .body]),
        ("FLAGS", [.flags]),
        ("(UID FLAGS flags)", [.uid, .flags]),
        ("(RFC822 RFC822.HEADER RFC822.SIZE RFC822.TEXT)", [.rfc822, .rfc822Header, .rfc822Size, .rfc822Text]),
        ("(BODY BODYSTRUCTURE ENVELOPE)", [.body, .bodyStructure, .envelope]),
        ("BODY[]", [body(.whole, peek: false)]),
        ("body.peek[]<5.10>", [body(.whole, Partial(offset: 5, length: 10))]),
        ("BODY.PEEK[HEADER]", [body(SectionSpec(text: .header))]),
        ("BODY.PEEK[1.2.3]", [body(SectionSpec(part: [1, 2, 3]))]),
        ("BODY.PEEK[4.mime]", [body(SectionSpec(part: [4], text: .mime))]),
        ("BODY.PEEK[4.1.TEXT]", [body(SectionSpec(part: [4, 1], text: .text))]),
        (
            "(BODY.PEEK[HEADER.FIELDS (Date \"To\")] UID)",
            [body(SectionSpec(text: .headerFields([Array("Date".utf8), Array("To".utf8)]))), .uid]
        ),
        (
            "BODY.PEEK[2.HEADER.FIELDS.NOT (X)]<0.1>",
            [body(SectionSpec(part: [2], text: .headerFieldsNot([Array("X".utf8)])), Partial(offset: 0, length: 1))]
        ),
        ("BINARY[]", [.binary(part: [], partial: nil, peek: false)]),
        ("BINARY.PEEK[1.2]<3.4>", [.binary(part: [1, 2], partial: Partial(offset: 3, length: 4), peek: true)]),
        ("BINARY.SIZE[1]", [.binarySize(part: [1])]),
        ("(MODSEQ EMAILID THREADID SAVEDATE)", [.modSequence, .emailID, .threadID, .saveDate]),
        ("PREVIEW", [.preview(lazy: false)]),
        ("PREVIEW (lazy)", [.preview(lazy: true)]),
        ("(PREVIEW (LAZY) UID PREVIEW)", [.preview(lazy: true), .uid, .preview(lazy: false)]),
    ]

    @Test("FETCH items", arguments: items)
    func fetch(_ text: String, _ items: [FetchItem]) throws {
        #expect(try parse("FETCH 1:2 " + text) == .fetch(FetchCommand(messages: set(1...2), items: items), uid: false))
    }

    @Test("FETCH modifiers")
    func modifiers() throws {
        #expect(
            try parse("UID FETCH 1:* (FLAGS) (CHANGEDSINCE 12345 VANISHED)")
                == .fetch(
                    FetchCommand(messages: .all, items: [.flags], changedSince: 12_345, vanished: true), uid: true))
        #expect(
            try parse("FETCH 1 PREVIEW (CHANGEDSINCE 9223372036854775807)")
                == .fetch(
                    FetchCommand(
                        messages: set(1...1), items: [.preview(lazy: false)], changedSince: UInt64(Int64.max)),
                    uid: false))
    }

    @Test("FETCH with PARTIAL")
    func partial() throws {
        #expect(
            try parse("UID FETCH 1:* (UID) (PARTIAL -1:-30 CHANGEDSINCE 5)")
                == .fetch(
                    FetchCommand(
                        messages: .all, items: [.uid], changedSince: 5,
                        partial: PartialRange(1, 30, countsFromEnd: true)), uid: true))
        #expect(throws: SyntaxError.self) { try parse("FETCH 1:* (UID) (PARTIAL 1:2)") }
        #expect(throws: SyntaxError.self) { try parse("UID FETCH 1:* (UID) (PARTIAL 1:2 PARTIAL 1:2)") }
    }

    @Test("which FETCH items set \\Seen")
    func seen() {
        #expect(FetchItem.rfc822.setsSeen && FetchItem.rfc822Text.setsSeen && !FetchItem.rfc822Header.setsSeen)
        #expect(Self.body(.whole, peek: false).setsSeen && !Self.body(.whole).setsSeen)
        #expect(FetchItem.binary(part: [], partial: nil, peek: false).setsSeen && !FetchItem.envelope.setsSeen)
    }

    @Test("partials stay inside the text")
    func partials() {
        #expect(Partial(offset: 2, length: 3).range(inSize: 10) == 2..<5)
        #expect(Partial(offset: 2, length: .max).range(inSize: 10) == 2..<10)
        #expect(Partial(offset: 20, length: 1).range(inSize: 10) == 10..<10)
        #expect(Partial(offset: 0, length: 1).range(inSize: 0) == 0..<0)
    }

    @Test("STORE")
    func store() throws {
        func command(_ operation: StoreOperation, since: UInt64? = nil) -> StoreCommand {
            StoreCommand(messages: set(1...1), operation: operation, unchangedSince: since)
        }
        #expect(try parse("STORE 1 FLAGS ()") == .store(command(StoreOperation(.replace, [])), uid: false))
        #expect(
            try parse("UID STORE 1 +FLAGS.SILENT (\\seen \\DELETED \\Seen)")
                == .store(command(StoreOperation(.add, [.seen, .deleted], isSilent: true)), uid: true))
        #expect(
            try parse("STORE 1 -flags \\Draft $Junk")
                == .store(command(StoreOperation(.remove, [.draft, .keyword(keyword("$junk"))])), uid: false))
        #expect(
            try parse("STORE 1 (UNCHANGEDSINCE 0) +FLAGS (\\Answered \\Flagged)")
                == .store(command(StoreOperation(.add, [.answered, .flagged]), since: 0), uid: false))
    }

    @Test("COPY, MOVE, UID EXPUNGE")
    func move() throws {
        #expect(try parse("COPY 1,3 a") == .copy(set(1...1, 3...3), to: mailbox("a"), uid: false))
        #expect(try parse("uid copy $ a") == .copy(.savedResult, to: mailbox("a"), uid: true))
        #expect(try parse("MOVE * inbox") == .move(set(open: .max), to: .inbox, uid: false))
        #expect(try parse("UID MOVE 5:* a") == .move(set(open: 5), to: mailbox("a"), uid: true))
        #expect(try parse("UID EXPUNGE 1:4") == .uidExpunge(set(1...4)))
    }
}
