import IMAPSyntax
import Testing

@Suite("SEARCH")
struct SearchTests {
    static let keys: [(String, SearchKey)] = [
        ("ALL", .all), ("answered", .answered), ("DELETED", .deleted), ("DRAFT", .draft), ("FLAGGED", .flagged),
        ("NEW", .new), ("OLD", .old), ("RECENT", .recent), ("SEEN", .seen), ("UNANSWERED", .unanswered),
        ("UNDELETED", .undeleted), ("UNDRAFT", .undraft), ("UNFLAGGED", .unflagged), ("UNSEEN", .unseen),
        ("SAVEDATESUPPORTED", .saveDateSupported),
        ("BCC a", .bcc(bytes("a"))), ("BODY \"a b\"", .body(bytes("a b"))), ("CC \"\"", .cc([])),
        ("FROM {3+}\r\nä!", .from(bytes("ä!"))), ("SUBJECT x]", .subject(bytes("x]"))), ("TEXT x", .text(bytes("x"))),
        ("TO x", .to(bytes("x"))), ("HEADER X-Y \"\"", .header(name: bytes("X-Y"), value: [])),
        ("LARGER 0", .larger(0)), ("SMALLER 9223372036854775807", .smaller(UInt64(Int64.max))),
        ("OLDER 60", .older(seconds: 60)), ("YOUNGER 4294967295", .younger(seconds: .max)),
        ("UID 1:*", .uid(.all)), ("2:4", .sequence(set(2...4))), ("*", .sequence(set(open: .max))),
        ("$", .sequence(.savedResult)), ("NOT SEEN", .not(.seen)),
        ("OR SEEN NOT 1", .or(.seen, .not(.sequence(set(1...1))))),
        ("SEEN DRAFT", .and([.seen, .draft])), ("(SEEN)", .seen),
        ("(SEEN (DRAFT NEW)) OLD", .and([.and([.seen, .and([.draft, .new])]), .old])),
        ("MODSEQ 5", .modSequence(5, entry: nil)),
        (
            "MODSEQ \"/flags/\\\\draft\" all 620162338",
            .modSequence(620_162_338, entry: ModSequenceEntry(name: bytes("/flags/\\draft"), kind: .all))
        ),
    ]

    @Test("keys", arguments: keys)
    func key(_ text: String, _ key: SearchKey) throws {
        #expect(try parse("SEARCH " + text) == .search(SearchCommand(key: key), uid: false))
        #expect(try parse("UID SEARCH " + text) == .search(SearchCommand(key: key), uid: true))
    }

    @Test("keys with dates")
    func dates() throws {
        let day = try date(2024, 2, 29)
        let keys: [(String, SearchKey)] = [
            ("BEFORE", .before(day)), ("ON", .on(day)), ("SINCE", .since(day)), ("SENTBEFORE", .sentBefore(day)),
            ("SENTON", .sentOn(day)), ("SENTSINCE", .sentSince(day)), ("SAVEDBEFORE", .savedBefore(day)),
            ("SAVEDON", .savedOn(day)), ("SAVEDSINCE", .savedSince(day)),
        ]
        for (name, key) in keys {
            #expect(try parse("SEARCH \(name) 29-Feb-2024") == .search(SearchCommand(key: key), uid: false))
            #expect(try parse("SEARCH \(name) \"29-fEB-2024\"") == .search(SearchCommand(key: key), uid: false))
        }
        #expect(try parse("SEARCH ON 1-Jan-0001") == .search(SearchCommand(key: .on(date(1, 1, 1))), uid: false))
    }

    @Test("keys with keywords and object identifiers")
    func atoms() throws {
        let id = try #require(ObjectID("M6d99ac3275bb4e"))
        #expect(try parse("SEARCH KEYWORD $Fwd") == .search(SearchCommand(key: .keyword(keyword("$fwd"))), uid: false))
        #expect(try parse("SEARCH UNKEYWORD x") == .search(SearchCommand(key: .unkeyword(keyword("x"))), uid: false))
        #expect(try parse("SEARCH EMAILID M6d99ac3275bb4e") == .search(SearchCommand(key: .emailID(id)), uid: false))
        #expect(try parse("SEARCH THREADID M6d99ac3275bb4e") == .search(SearchCommand(key: .threadID(id)), uid: false))
    }

    @Test(
        "PARTIAL without sense",
        arguments: [
            "PARTIAL", "PARTIAL 1", "PARTIAL 0:1", "PARTIAL 1:*", "PARTIAL -1:2", "PARTIAL 1:-2",
            "PARTIAL 1:2 ALL", "PARTIAL 1:2 PARTIAL 3:4",
        ])
    func refuses(_ options: String) {
        #expect(throws: SyntaxError.self) { try parse("SEARCH RETURN (\(options)) ALL") }
    }

    @Test("places of PARTIAL")
    func places() {
        #expect(PartialRange(1, 3).places(among: 10) == 0..<3)
        #expect(PartialRange(9, 5).places(among: 7) == 4..<7)
        #expect(PartialRange(8, 9).places(among: 7).isEmpty)
        #expect(PartialRange(1, 3, countsFromEnd: true).places(among: 10) == 7..<10)
        #expect(PartialRange(.max, 2, countsFromEnd: true).places(among: 3) == 0..<2)
        #expect(PartialRange(4, 4, countsFromEnd: true).places(among: 3).isEmpty)
        #expect(PartialRange(1, .max).places(among: 0).isEmpty)
    }

    @Test("what a key holds")
    func contains() throws {
        guard case .search(let command, _) = try parse("UID SEARCH OR SEEN NOT (DRAFT MODSEQ 5)") else { return }
        #expect(command.key.namesModSequence && !command.key.namesMessageNumbers)
        guard case .search(let numbered, _) = try parse("UID SEARCH UID 5 NOT 1") else { return }
        #expect(numbered.key.namesMessageNumbers && !numbered.key.namesModSequence)
    }

    @Test("charset and return options")
    func options() throws {
        #expect(
            try parse("SEARCH CHARSET utf-8 ALL") == .search(SearchCommand(charset: "UTF-8", key: .all), uid: false))
        #expect(
            try parse("SEARCH RETURN (MIN MAX COUNT SAVE) CHARSET \"US-ASCII\" ALL")
                == .search(
                    SearchCommand(charset: "US-ASCII", returns: [.min, .max, .count, .save], key: .all), uid: false))
        #expect(try parse("SEARCH RETURN () ALL") == .search(SearchCommand(returns: .all, key: .all), uid: false))
        #expect(try parse("SEARCH RETURN (all) ALL") == .search(SearchCommand(returns: .all, key: .all), uid: false))
        #expect(
            try parse("SEARCH RETURN (COUNT partial -1:-100) ALL")
                == .search(
                    SearchCommand(
                        returns: [.count, .partial], partial: PartialRange(1, 100, countsFromEnd: true), key: .all),
                    uid: false))
    }
}
