import IMAPSyntax
import Testing

@Suite("METADATA")
struct MetadataTests {
    private static func entry(_ name: String) throws -> MetadataEntryName {
        try #require(MetadataEntryName(name.utf8))
    }

    @Test("GETMETADATA")
    func get() throws {
        let shared = try Self.entry("/shared/comment")
        let own = try Self.entry("/private/comment")
        #expect(
            try parse("GETMETADATA \"\" /shared/comment")
                == .getMetadata(GetMetadataCommand(mailbox: try mailbox(""), entries: [shared])))
        #expect(
            try parse("GETMETADATA inbox (/Shared/Comment \"/private/comment\" /shared/comment)")
                == .getMetadata(GetMetadataCommand(mailbox: .inbox, entries: [shared, own])))
        let bounded = Command.getMetadata(
            GetMetadataCommand(mailbox: .inbox, entries: [shared], maxSize: 1024, depth: .infinity))
        #expect(try parse("GETMETADATA (MAXSIZE 1024 DEPTH infinity) INBOX /shared/comment") == bounded)
        #expect(try parse("GETMETADATA INBOX (depth INFINITY maxsize 1024) (/shared/comment)") == bounded)
        #expect(
            try parse("GETMETADATA (DEPTH 1) a {15+}\r\n/shared/comment")
                == .getMetadata(GetMetadataCommand(mailbox: try mailbox("a"), entries: [shared], depth: .one)))
        #expect(
            try parse("GETMETADATA (DEPTH 0) \"\" /private")
                == .getMetadata(GetMetadataCommand(mailbox: try mailbox(""), entries: [try Self.entry("/private")])))
    }

    @Test("SETMETADATA")
    func set() throws {
        let shared = try Self.entry("/shared/comment")
        let own = try Self.entry("/private/vendor/a/b")
        #expect(
            try parse("SETMETADATA INBOX (/shared/comment NIL /private/VENDOR/a/b \"x\")")
                == .setMetadata(.inbox, [MetadataEntry(shared, nil), MetadataEntry(own, bytes("x"))]))
        #expect(
            try parse("SETMETADATA \"\" (/shared/comment {4}\r\na\r\nb)")
                == .setMetadata(try mailbox(""), [MetadataEntry(shared, bytes("a\r\nb"))]))
        #expect(
            try parse("SETMETADATA \"\" (/shared/comment ~{3}\r\n\0\r\n)")
                == .setMetadata(try mailbox(""), [MetadataEntry(shared, [0, 13, 10])]))
        #expect(
            try parse("SETMETADATA a (/shared/comment \"\")")
                == .setMetadata(try mailbox("a"), [MetadataEntry(shared, [])]))
    }

    @Test(
        "what is no command",
        arguments: [
            "GETMETADATA", "GETMETADATA a", "GETMETADATA a ()", "GETMETADATA a comment", "GETMETADATA a /other/comment",
            "GETMETADATA a /private/*", "GETMETADATA a /private//x", "GETMETADATA a /private/x/",
            "GETMETADATA (DEPTH 2) a /private/x", "GETMETADATA (DEPTH) a /private/x",
            "GETMETADATA (MAXSIZE 4294967296) a /private/x", "GETMETADATA (MAXSIZE 1 MAXSIZE 1) a /private/x",
            "GETMETADATA (DEPTH 1) a (DEPTH 1) /private/x", "GETMETADATA () a /private/x",
            "GETMETADATA a \"/private/\u{E4}\"", "SETMETADATA a", "SETMETADATA a ()", "SETMETADATA a (/private/x)",
            "SETMETADATA a (/private NIL)", "SETMETADATA a (/private/vendor/x NIL)",
            "SETMETADATA a (/private/x atom)", "SETMETADATA a (/private/x NIL", "SETMETADATA a (/private/x ~{3}\r\nab)",
            "SETMETADATA a /private/x NIL",
        ])
    func faults(_ text: String) {
        #expect(syntaxError(line("a1 " + text))?.tag == "a1")
    }

    @Test("a name that is too long is none")
    func longNames() {
        #expect(MetadataEntryName("/private/\(String(repeating: "x", count: 246))".utf8) != nil)
        #expect(MetadataEntryName("/private/\(String(repeating: "x", count: 247))".utf8) == nil)
    }

    @Test("LIST with METADATA")
    func list() throws {
        let command = ListCommand(
            reference: try mailbox(""), patterns: [try #require(ListPattern("%"))],
            returns: [.children, .metadata([try Self.entry("/shared/x"), try Self.entry("/private/x")])],
            isExtended: true)
        #expect(
            try parse("LIST \"\" % RETURN (CHILDREN METADATA (\"/shared/x\" /private/x))") == .list(command))
        #expect(syntaxError(line("a1 LIST \"\" % RETURN (METADATA ())")) != nil)
        #expect(syntaxError(line("a1 LIST \"\" % RETURN (METADATA)")) != nil)
    }

    @Test("responses")
    func responses() throws {
        let shared = try Self.entry("/shared/comment")
        let own = try Self.entry("/private/a b")
        #expect(
            ResponseEncoderTests.encoded(
                .metadata(.inbox, [MetadataEntry(shared, bytes("It's \"me\"")), MetadataEntry(own, nil)]))
                == "* METADATA INBOX (/shared/comment \"It's \\\"me\\\"\" \"/private/a b\" NIL)\r\n")
        #expect(
            ResponseEncoderTests.encoded(.metadata(try mailbox(""), [MetadataEntry(shared, bytes("a\r\nb"))]))
                == "* METADATA \"\" (/shared/comment {4}\r\na\r\nb)\r\n")
        #expect(
            ResponseEncoderTests.encoded(.metadata(.inbox, [MetadataEntry(shared, [0])]))
                == "* METADATA INBOX (/shared/comment ~{1}\r\n\0)\r\n")
        #expect(
            ResponseEncoderTests.encoded(.metadataChanged(.inbox, [shared, own]))
                == "* METADATA INBOX /shared/comment \"/private/a b\"\r\n")
        let codes: [(ResponseCode, String)] = [
            (.metadataLongEntries(2199), "METADATA LONGENTRIES 2199"),
            (.metadataMaxSize(1024), "METADATA MAXSIZE 1024"),
            (.metadataTooMany, "METADATA TOOMANY"),
        ]
        for (code, expected) in codes {
            #expect(
                ResponseEncoderTests.encoded(.tagged("a", .no(ResponseText("x", code: code))))
                    == "a NO [\(expected)] x\r\n")
        }
    }
}
