import IMAPSyntax
import Testing

@Suite("FETCH responses")
struct FetchResponseTests {
    static func fetched(usesUTF8: Bool = false, _ build: (inout ResponseEncoder) throws -> Void) rethrows -> String {
        var encoder = ResponseEncoder(usesUTF8: usesUTF8)
        encoder.beginFetch(12)
        try build(&encoder)
        encoder.endFetch()
        let written = text(encoder.takeBytes())
        #expect(written.hasPrefix("* 12 FETCH (") && written.hasSuffix(")\r\n"))
        return String(written.dropFirst(12).dropLast(2))
    }

    @Test("plain items, one behind the other")
    func items() throws {
        let id = try #require(ObjectID("M1"))
        let day = try #require(DateTime(secondsSince1970: 0))
        let written = Self.fetched {
            $0.fetchUID(5)
            $0.fetchFlags([.seen, .recent])
            $0.fetchSize(4_294_967_296)
            $0.fetchModSequence(9)
            $0.fetchInternalDate(day)
            $0.fetchEmailID(id)
            $0.fetchThreadID(nil)
            $0.fetchSaveDate(nil)
            $0.fetchPreview(bytes("hi"))
            $0.fetchBinarySize(part: [1, 2], octets: 3)
        }
        #expect(
            written
                == "UID 5 FLAGS (\\Seen \\Recent) RFC822.SIZE 4294967296 MODSEQ (9) "
                + "INTERNALDATE \" 1-Jan-1970 00:00:00 +0000\" EMAILID (M1) THREADID NIL SAVEDATE NIL PREVIEW \"hi\" "
                + "BINARY.SIZE[1.2] 3")
    }

    static let contents: [(String, String)] = [
        ("BODY[]", "BODY[] {2}\r\nhi"), ("BODY.PEEK[]<3.9>", "BODY[]<3> {2}\r\nhi"),
        ("BODY[1.2.MIME]", "BODY[1.2.MIME] {2}\r\nhi"), ("BODY[TEXT]", "BODY[TEXT] {2}\r\nhi"),
        ("BODY[1]", "BODY[1] {2}\r\nhi"), ("BODY[2.HEADER]", "BODY[2.HEADER] {2}\r\nhi"),
        ("BODY[HEADER.FIELDS (To \"x y\")]", "BODY[HEADER.FIELDS (To \"x y\")] {2}\r\nhi"),
        ("BODY[3.HEADER.FIELDS.NOT (To)]<0.1>", "BODY[3.HEADER.FIELDS.NOT (To)]<0> {2}\r\nhi"),
        ("RFC822", "RFC822 {2}\r\nhi"), ("RFC822.HEADER", "RFC822.HEADER {2}\r\nhi"),
        ("RFC822.TEXT", "RFC822.TEXT {2}\r\nhi"), ("BINARY.PEEK[1]<5.6>", "BINARY[1]<5> {2}\r\nhi"),
        ("BINARY[]", "BINARY[] {2}\r\nhi"),
    ]

    @Test("content goes under the name it was asked for", arguments: contents)
    func content(_ item: String, _ expected: String) throws {
        guard case .fetch(let command, _) = try parse("FETCH 1 " + item), let item = command.items.first else {
            return #expect(Bool(false), "no item")
        }
        #expect(Self.fetched { $0.fetchContent(of: item, slice("hi")) } == expected)
        let streamed = Self.fetched {
            $0.fetchContentHeader(of: item, size: 2)
            $0.appendVerbatim(bytes("hi"))
        }
        #expect(streamed == expected)
    }

    @Test("content that is missing, empty, or holds NUL")
    func oddContent() {
        let body = FetchItem.bodySection(.whole, partial: nil, peek: true)
        let binary = FetchItem.binary(part: [1], partial: nil, peek: true)
        #expect(Self.fetched { $0.fetchContent(of: body, nil) } == "BODY[] NIL")
        #expect(Self.fetched { $0.fetchContent(of: body, []) } == "BODY[] {0}\r\n")
        #expect(Self.fetched { $0.fetchContent(of: binary, [0, 1]) } == "BINARY[1] ~{2}\r\n\0\u{1}")
        #expect(Self.fetched { $0.fetchContentHeader(of: binary, size: 9, binary: true) } == "BINARY[1] ~{9}\r\n")
        #expect(Self.fetched { $0.fetchContent(of: .flags, slice("x")) }.isEmpty)
        var encoder = ResponseEncoder()
        encoder.fetchContent(of: body, [0x61, 0])
        #expect(encoder.takeBytes() == bytes("BODY[] {2}\r\na") + [0x80])
        var chunk: [UInt8] = [0, 0x61, 0]
        ResponseEncoder.replaceNULs(in: &chunk)
        #expect(chunk == [0x80, 0x61, 0x80])
    }

    @Test("ENVELOPE, as in RFC 9051 7.5.2")
    func envelope() {
        let gray = AddressValue(name: slice("Terry Gray"), mailbox: slice("gray"), host: slice("cac.washington.edu"))
        let envelope = EnvelopeValue(
            date: slice("Wed, 17 Jul 1996 02:23:25 -0700 (PDT)"), subject: slice("IMAP4rev2 \"WG\""), from: [gray],
            sender: [gray], replyTo: [gray],
            to: [
                AddressValue(name: nil, mailbox: slice("imap"), host: nil),
                AddressValue(name: nil, mailbox: nil, host: nil),
            ],
            messageID: slice("<B27397-0100000@cac.washington.edu>"))
        let address = "((\"Terry Gray\" NIL \"gray\" \"cac.washington.edu\"))"
        #expect(
            Self.fetched { $0.fetchEnvelope(envelope) }
                == "ENVELOPE (\"Wed, 17 Jul 1996 02:23:25 -0700 (PDT)\" \"IMAP4rev2 \\\"WG\\\"\" \(address) \(address) "
                + "\(address) ((NIL NIL \"imap\" NIL)(NIL NIL NIL NIL)) NIL NIL NIL "
                + "\"<B27397-0100000@cac.washington.edu>\")")
    }

    static let plain = BodyStructureValue(
        content: .text(lines: 28), type: slice("TEXT"), subtype: slice("PLAIN"),
        parameters: [.init(name: slice("CHARSET"), value: slice("US-ASCII"))], octets: 1152)

    @Test("BODY and BODYSTRUCTURE")
    func structure() {
        let written = "(\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\") NIL NIL \"7BIT\" 1152 28"
        #expect(Self.fetched { $0.fetchBodyStructure(Self.plain, extended: false) } == "BODY \(written))")
        #expect(
            Self.fetched { $0.fetchBodyStructure(Self.plain, extended: true) }
                == "BODYSTRUCTURE \(written) NIL NIL NIL NIL)")
        let image = BodyStructureValue(
            content: .basic, type: slice("IMAGE"), subtype: slice("PNG"), id: slice("<i>"), description: slice("d"),
            encoding: slice("BASE64"), octets: 9, md5: slice("m"),
            disposition: .init(type: slice("INLINE"), parameters: [.init(name: slice("FILENAME"), value: slice("a"))]),
            language: [slice("de"), slice("en")], location: slice("l"))
        let message = BodyStructureValue(
            content: .message(EnvelopeValue(), Self.plain, lines: 7), type: slice("MESSAGE"), subtype: slice("RFC822"),
            octets: 8)
        let mixed = BodyStructureValue(
            content: .multipart([image, message]), type: slice("MULTIPART"), subtype: slice("MIXED"),
            parameters: [.init(name: slice("BOUNDARY"), value: slice("b"))])
        let envelope = "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)"
        #expect(
            Self.fetched { $0.fetchBodyStructure(mixed, extended: false) }
                == "BODY ((\"IMAGE\" \"PNG\" NIL \"<i>\" \"d\" \"BASE64\" 9)"
                + "(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 8 \(envelope) \(written)) 7) \"MIXED\")")
        #expect(
            Self.fetched { $0.fetchBodyStructure(mixed, extended: true) }
                == "BODYSTRUCTURE ((\"IMAGE\" \"PNG\" NIL \"<i>\" \"d\" \"BASE64\" 9 \"m\" "
                + "(\"INLINE\" (\"FILENAME\" \"a\")) (\"de\" \"en\") \"l\")"
                + "(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 8 \(envelope) \(written) NIL NIL NIL NIL) 7 "
                + "NIL NIL NIL NIL) \"MIXED\" (\"BOUNDARY\" \"b\") NIL NIL NIL)")
    }

    @Test("structures too deep or empty stay well-formed")
    func oddStructure() {
        var deep = Self.plain
        for _ in 0..<1000 {
            deep = BodyStructureValue(content: .multipart([deep]), type: slice("MULTIPART"), subtype: slice("MIXED"))
        }
        let written = Self.fetched { $0.fetchBodyStructure(deep, extended: true) }
        #expect(written.filter { $0 == "(" }.count == written.filter { $0 == ")" }.count)
        #expect(written.filter { $0 == "(" }.count == 129)
        let empty = BodyStructureValue(content: .multipart([]), type: slice("MULTIPART"), subtype: slice("MIXED"))
        #expect(
            Self.fetched { $0.fetchBodyStructure(empty, extended: false) }
                == "BODY ((\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 0 0) \"MIXED\")")
    }
}
