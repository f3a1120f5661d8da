import IMAPSyntax
import Testing

@Suite("Responses")
struct ResponseEncoderTests {
    static func encoded(_ response: Response, usesUTF8: Bool = false) -> String {
        var encoder = ResponseEncoder(usesUTF8: usesUTF8)
        encoder.append(response)
        return text(encoder.takeBytes())
    }

    private static func partial(_ range: PartialRange, _ numbers: SequenceSet) -> ESearchResult {
        var result = ESearchResult(tag: "A", uid: true)
        result.partial = PartialResult(range, numbers)
        return result
    }

    static let responses: [(Response, String)] = [
        (.tagged("a1", .ok(ResponseText("done"))), "a1 OK done\r\n"),
        (.tagged("a1", .no(ResponseText("gone", code: .nonExistent))), "a1 NO [NONEXISTENT] gone\r\n"),
        (.untagged(.bad(ResponseText("what?"))), "* BAD what?\r\n"),
        (.preAuth(ResponseText("hi")), "* PREAUTH hi\r\n"), (.bye(ResponseText("ciao")), "* BYE ciao\r\n"),
        (.capability(["IMAP4rev1", "AUTH=PLAIN"]), "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n"),
        (.enabled([]), "* ENABLED\r\n"), (.enabled(["QRESYNC"]), "* ENABLED QRESYNC\r\n"),
        (.id(nil), "* ID NIL\r\n"),
        (
            .id([IDField(name: bytes("name"), value: bytes("Light\"Mail")), IDField(name: bytes("os"), value: nil)]),
            "* ID (\"name\" \"Light\\\"Mail\" \"os\" NIL)\r\n"
        ),
        (.flags([.answered, .seen]), "* FLAGS (\\Answered \\Seen)\r\n"), (.flags([]), "* FLAGS ()\r\n"),
        (.exists(4_294_967_295), "* 4294967295 EXISTS\r\n"), (.recent(0), "* 0 RECENT\r\n"),
        (.expunge(10), "* 10 EXPUNGE\r\n"), (.vanished(SequenceSet(), earlier: true), ""),
        (.vanished(set(1...3, 9...9), earlier: true), "* VANISHED (EARLIER) 1:3,9\r\n"),
        (.vanished(set(7...7), earlier: false), "* VANISHED 7\r\n"),
        (.search([], highestModSeq: 5), "* SEARCH\r\n"), (.search([2, 84], highestModSeq: nil), "* SEARCH 2 84\r\n"),
        (.search([2, 5], highestModSeq: 917), "* SEARCH 2 5 (MODSEQ 917)\r\n"),
        (.eSearch(ESearchResult(tag: "A2\"", uid: false)), "* ESEARCH (TAG \"A2\\\"\")\r\n"),
        (
            .eSearch(
                ESearchResult(tag: "A", uid: true, min: 1, max: 9, count: 3, all: set(1...2, 9...9), modSequence: 7)),
            "* ESEARCH (TAG \"A\") UID MIN 1 MAX 9 COUNT 3 ALL 1:2,9 MODSEQ 7\r\n"
        ),
        (
            .eSearch(ESearchResult(tag: "A", uid: true, count: 0, all: SequenceSet())),
            "* ESEARCH (TAG \"A\") UID COUNT 0\r\n"
        ),
        (
            .eSearch(partial(PartialRange(1, 100, countsFromEnd: true), set(7...9))),
            "* ESEARCH (TAG \"A\") UID PARTIAL (-1:-100 7:9)\r\n"
        ),
        (.eSearch(partial(PartialRange(5, 4), SequenceSet())), "* ESEARCH (TAG \"A\") UID PARTIAL (5:4 NIL)\r\n"),
        (.continuation(ResponseText("idling")), "+ idling\r\n"), (.challenge([]), "+ \r\n"),
        (.challenge(bytes("user")), "+ dXNlcg==\r\n"),
        (
            .namespace(
                personal: [NamespaceDescription(prefix: .inbox, delimiter: UInt8(ascii: "/"))], otherUsers: [],
                shared: []),
            "* NAMESPACE ((\"INBOX\" \"/\")) NIL NIL\r\n"
        ),
    ]

    @Test("are written as the RFCs show them", arguments: responses)
    func written(_ response: Response, _ expected: String) {
        #expect(Self.encoded(response) == expected)
    }

    static let codes: [(ResponseCode, String)] = [
        (.alert, "ALERT"), (.appendUID(uidValidity: 1, uids: set(2...2)), "APPENDUID 1 2"),
        (.appendUID(uidValidity: 1, uids: set(2...4)), "APPENDUID 1 2:4"),
        (.badURL(bytes("/a;UID=1")), "BADURL /a;UID=1"), (.badURL(bytes("a]b\r\n ä")), "BADURL a%5Db%0D%0A%20%C3%A4"),
        (.badURL([]), "BADURL %00"), (.compressionActive, "COMPRESSIONACTIVE"), (.badCharset([]), "BADCHARSET"),
        (.badCharset(["UTF-8", "US-ASCII"]), "BADCHARSET (UTF-8 US-ASCII)"),
        (.capability(["A", "B"]), "CAPABILITY A B"),
        (
            .copyUID(uidValidity: 38_505, source: set(304...304, 319...320), destination: set(3956...3958)),
            "COPYUID 38505 304,319:320 3956:3958"
        ),
        (.highestModSeq(715_194_045_007), "HIGHESTMODSEQ 715194045007"), (.modified(set(7...7, 9...9)), "MODIFIED 7,9"),
        (.permanentFlags([.seen], allowsNewKeywords: true), "PERMANENTFLAGS (\\Seen \\*)"),
        (.permanentFlags([], allowsNewKeywords: true), "PERMANENTFLAGS (\\*)"),
        (.permanentFlags([], allowsNewKeywords: false), "PERMANENTFLAGS ()"), (.readOnly, "READ-ONLY"),
        (.uidNext(5), "UIDNEXT 5"), (.uidValidity(6), "UIDVALIDITY 6"), (.unseen(7), "UNSEEN 7"),
        (.unknownCTE, "UNKNOWN-CTE"), (.overQuota, "OVERQUOTA"), (.tooBig, "TOOBIG"), (.useAttr, "USEATTR"),
    ]

    @Test("carry codes", arguments: codes)
    func code(_ code: ResponseCode, _ expected: String) {
        #expect(Self.encoded(.untagged(.ok(ResponseText("x", code: code)))) == "* OK [\(expected)] x\r\n")
    }

    @Test("LIST, LSUB and STATUS")
    func mailboxes() throws {
        let id = try #require(ObjectID("F1"))
        #expect(
            Self.encoded(.list(MailboxListing(attributes: [.noSelect, .hasChildren], name: try mailbox("a b"))))
                == "* LIST (\\Noselect \\HasChildren) \"/\" \"a b\"\r\n")
        #expect(
            Self.encoded(.lsub(MailboxListing(delimiter: nil, name: try mailbox("ä")))) == "* LSUB () NIL &AOQ-\r\n")
        #expect(
            Self.encoded(.list(MailboxListing(delimiter: UInt8(ascii: "\\"), name: try mailbox("ä"))), usesUTF8: true)
                == "* LIST () \"\\\\\" \"ä\"\r\n")
        #expect(
            Self.encoded(
                .list(MailboxListing(name: try mailbox("a"), childInfo: [.subscribed], oldName: try mailbox("b"))))
                == "* LIST () \"/\" a (\"CHILDINFO\" (\"SUBSCRIBED\") \"OLDNAME\" (b))\r\n")
        #expect(
            Self.encoded(.list(MailboxListing(name: try mailbox("nil")))) == "* LIST () \"/\" \"nil\"\r\n")
        #expect(
            Self.encoded(
                .status(
                    .inbox,
                    [
                        .messages(1), .recent(2), .uidNext(3), .uidValidity(4), .unseen(5), .deleted(6),
                        .size(UInt64(Int64.max)), .highestModSeq(7), .mailboxID(id),
                    ]))
                == "* STATUS INBOX (MESSAGES 1 RECENT 2 UIDNEXT 3 UIDVALIDITY 4 UNSEEN 5 DELETED 6 "
                + "SIZE 9223372036854775807 HIGHESTMODSEQ 7 MAILBOXID (F1))\r\n")
    }

    @Test(
        "cannot be made to begin a line of their own",
        arguments: [
            "a\r\n* BYE", "\na1 OK", "a\0b", "\u{2028}x", "[ALERT] now", "", "ä\u{85}",
        ])
    func injection(_ hostile: String) throws {
        for usesUTF8 in [false, true] {
            for response: Response in [
                .untagged(.ok(ResponseText(hostile))), .bye(ResponseText(hostile, code: .alert)),
                .tagged("a" + hostile, .bad(ResponseText(hostile))), .capability([hostile]), .enabled([hostile]),
            ] {
                let written = Self.encoded(response, usesUTF8: usesUTF8)
                #expect(written.hasSuffix("\r\n") && !written.dropLast().utf8.contains { $0 < 0x20 })
            }
            #expect(!Self.encoded(.untagged(.ok(ResponseText(hostile))), usesUTF8: usesUTF8).contains("[ALERT]"))
        }
        #expect(Self.encoded(.untagged(.ok(ResponseText("")))) == "* OK -\r\n")
        #expect(Self.encoded(.untagged(.ok(ResponseText("ä")))) == "* OK ?\r\n")
        #expect(Self.encoded(.untagged(.ok(ResponseText("ä"))), usesUTF8: true) == "* OK ä\r\n")
    }

    static let strings: [(value: [UInt8], rev1: String, utf8: String)] = [
        ([], "\"\"", "\"\""), (bytes("a b"), "\"a b\"", "\"a b\""), (bytes("a\"\\"), "\"a\\\"\\\\\"", "\"a\\\"\\\\\""),
        (bytes("ä"), "{2}\r\nä", "\"ä\""), (bytes("a\r\nb"), "{4}\r\na\r\nb", "{4}\r\na\r\nb"),
        (bytes("a\u{1}"), "{2}\r\na\u{1}", "{2}\r\na\u{1}"), (bytes("\t"), "\"\t\"", "\"\t\""),
    ]

    @Test("strings take the form that can carry them", arguments: strings)
    func string(_ value: [UInt8], _ rev1: String, _ utf8: String) {
        for (usesUTF8, expected) in [(false, rev1), (true, utf8)] {
            var encoder = ResponseEncoder(usesUTF8: usesUTF8)
            encoder.append(string: value)
            #expect(text(encoder.takeBytes()) == expected)
            #expect(encoder.bytes.isEmpty)
        }
    }

    @Test("strings with NUL, malformed UTF-8, or of great length are literals")
    func literals() {
        var encoder = ResponseEncoder(usesUTF8: true)
        encoder.append(string: [0x61, 0x00])
        #expect(encoder.takeBytes() == bytes("{2}\r\na") + [0x80])
        encoder.append(string: [0xC3])
        #expect(encoder.takeBytes() == bytes("{1}\r\n") + [0xC3])
        encoder.append(string: [UInt8](repeating: 0x61, count: 5000))
        #expect(encoder.takeBytes().starts(with: bytes("{5000}\r\n")))
    }

    @Test("whatever string is written, the parser reads it back")
    func stringRoundTrip() throws {
        for usesUTF8 in [false, true] {
            for length in 0...3 {
                for seed in UInt8.min...UInt8.max {
                    let value = (0..<length).map { max(1, seed &+ UInt8($0) &* 61) }
                    var encoder = ResponseEncoder(usesUTF8: usesUTF8)
                    encoder.appendVerbatim(bytes("a1 LOGIN x "))
                    encoder.append(astring: value)
                    let tagged = try CommandParser().parse(encoder.takeBytes())
                    #expect(tagged.command == .login(user: bytes("x"), password: Secret(value)))
                }
            }
        }
    }

    @Test(
        "whatever mailbox is written, the parser reads it back",
        arguments: [
            "INBOX", "a b", "NIL", "nil", "", "ä&-ö", "a\"b\\", "(x)", "{3}", "a\r\nb", "%*", "😀/台北", "]", "\u{7F}",
        ])
    func mailboxRoundTrip(_ name: String) throws {
        for usesUTF8 in [false, true] {
            var encoder = ResponseEncoder(usesUTF8: usesUTF8)
            encoder.appendVerbatim(bytes("a1 DELETE "))
            encoder.append(mailbox: try mailbox(name))
            let parser = CommandParser(options: ParserOptions(usesUTF8: usesUTF8))
            #expect(try parser.parse(encoder.takeBytes()).command == .delete(mailbox(name)))
        }
    }
}
