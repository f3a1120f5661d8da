import IMAPSyntax
import Testing

@Suite("What is not a command")
struct SyntaxErrorTests {
    /// Offsets count the tag "a1 " too.
    static let faults: [(String, SyntaxError.Reason, Int)] = [
        ("a1 FROBNICATE", .unknownCommand, 3),
        ("a1 UID NOOP", .unknownCommand, 7),
        ("a1 ", .expected("a command"), 3),
        ("a1  NOOP", .expected("a command"), 3),
        ("a1 NOOP x", .expected("the end of the command"), 7),
        ("a1 NOOP ", .expected("the end of the command"), 7),
        ("a1 SELECT", .expected("a space"), 9),
        ("a1 SELECT ", .expected("a string"), 10),
        ("a1 SELECT \"x", .expected("the end of the quoted string that begins"), 10),
        ("a1 SELECT \"\\x\"", .invalid("escape in a quoted string"), 12),
        ("a1 SELECT a&b", .mailboxName("not valid modified UTF-7"), 10),
        ("a1 SELECT \"ä\"", .mailboxName("not valid modified UTF-7"), 10),
        ("a1 SELECT a (FOO)", .invalid("parameter"), 13),
        ("a1 SELECT a (CONDSTORE CONDSTORE)", .invalid("parameters: each may be given once"), 12),
        ("a1 SELECT a (QRESYNC (0 1))", .numberOutOfRange, 22),
        ("a1 SELECT a (QRESYNC (1 2 1:*))", .invalid("set: * and $ are not allowed here"), 26),
        ("a1 SELECT a (QRESYNC (1 2 (1:2 5)))", .invalid("sets: they differ in size"), 27),
        ("a1 CREATE a (USE (\\Foo))", .invalid("special use"), 18),
        ("a1 CREATE a (USE (\\Subscribed))", .invalid("special use"), 18),
        ("a1 LIST (FOO) \"\" *", .invalid("selection option"), 9),
        ("a1 LIST (RECURSIVEMATCH) \"\" *", .invalid("selection options: RECURSIVEMATCH needs another"), 8),
        ("a1 LIST \"\" * RETURN (FOO)", .invalid("return option"), 21),
        ("a1 LIST \"\" * FOO", .expected("RETURN"), 13),
        ("a1 STATUS a ()", .expected("a status item"), 13),
        ("a1 STATUS a (FOO)", .invalid("status item"), 13),
        ("a1 FETCH 0 FLAGS", .numberOutOfRange, 9),
        ("a1 FETCH 01 FLAGS", .numberOutOfRange, 9),
        ("a1 FETCH 4294967296 FLAGS", .numberOutOfRange, 9),
        ("a1 FETCH 99999999999999999999999999 FLAGS", .numberOutOfRange, 9),
        ("a1 FETCH 1, FLAGS", .expected("a message number or *"), 11),
        ("a1 FETCH 1: FLAGS", .expected("a message number or *"), 11),
        ("a1 FETCH 1 FOO", .invalid("FETCH item"), 11),
        ("a1 FETCH 1 ()", .expected("a FETCH item"), 12),
        ("a1 FETCH 1 (ALL)", .invalid("FETCH item"), 12),
        ("a1 FETCH 1 BODY[MIME]", .invalid("section"), 16),
        ("a1 FETCH 1 BODY[0]", .numberOutOfRange, 16),
        ("a1 FETCH 1 BODY[1.]", .expected("a section"), 18),
        ("a1 FETCH 1 BODY[1.2.FOO]", .invalid("section"), 20),
        ("a1 FETCH 1 BODY[HEADER.FIELDS ()]", .expected("a string"), 31),
        ("a1 FETCH 1 BODY[]<0.0>", .numberOutOfRange, 20),
        ("a1 FETCH 1 BODY[]<9223372036854775808.1>", .numberOutOfRange, 18),
        ("a1 FETCH 1 BODY.PEEK", .expected("["), 20),
        ("a1 FETCH 1 BINARY[1.]", .expected("a part number"), 20),
        ("a1 FETCH 1 FLAGS (VANISHED)", .invalid("modifier"), 18),
        ("a1 UID FETCH 1 FLAGS (VANISHED)", .invalid("modifiers: VANISHED needs CHANGEDSINCE"), 21),
        ("a1 FETCH 1 FLAGS (CHANGEDSINCE 0)", .numberOutOfRange, 31),
        ("a1 FETCH 1 FLAGS (CHANGEDSINCE 9223372036854775808)", .numberOutOfRange, 31),
        ("a1 STORE 1 FLAG ()", .expected("FLAGS"), 11),
        ("a1 STORE 1 FLAGS (\\Recent)", .invalid("flag"), 18),
        ("a1 STORE 1 FLAGS (\\*)", .invalid("flag"), 18),
        ("a1 STORE 1 FLAGS (\\Foo)", .invalid("flag"), 18),
        ("a1 STORE 1 FLAGS (a]b)", .expected(")"), 19),
        ("a1 STORE 1 FLAGS ", .expected("a flag"), 17),
        ("a1 STORE 1 (FOO 1) FLAGS ()", .invalid("modifier"), 12),
        ("a1 SEARCH", .expected("a space"), 9),
        ("a1 SEARCH ", .expected("a search key"), 10),
        ("a1 SEARCH FOO", .invalid("search key"), 10),
        ("a1 SEARCH ()", .expected("a search key"), 11),
        ("a1 SEARCH (ALL", .expected(")"), 14),
        ("a1 SEARCH BEFORE 32-Jan-2020", .invalid("date"), 17),
        ("a1 SEARCH BEFORE 29-Feb-2023", .invalid("date"), 17),
        ("a1 SEARCH BEFORE 1-Foo-2020", .invalid("month"), 19),
        ("a1 SEARCH BEFORE 1-Jan-20", .expected("a digit"), 25),
        ("a1 SEARCH OLDER 0", .numberOutOfRange, 16),
        ("a1 SEARCH LARGER 9223372036854775808", .numberOutOfRange, 17),
        ("a1 SEARCH LARGER x", .expected("a number"), 17),
        ("a1 SEARCH EMAILID a.b", .invalid("object identifier"), 18),
        ("a1 SEARCH MODSEQ \"/x/\" all 1", .invalid("entry name"), 17),
        ("a1 SEARCH MODSEQ \"/flags/a\" foo 1", .invalid("entry type"), 28),
        ("a1 SEARCH RETURN (FOO) ALL", .invalid("return option"), 18),
        ("a1 SEARCH CHARSET \"\" ALL", .invalid("charset"), 18),
        ("a1 AUTHENTICATE PLAIN a", .invalid("base64"), 22),
        ("a1 APPEND a x", .expected("a literal"), 12),
        ("a1 APPEND a UTF8 ({3}", .expected("a literal8"), 18),
        ("a1 APPEND a CATENATE ()", .expected("TEXT or URL"), 22),
        ("a1 APPEND a CATENATE (URL)", .expected("a literal"), 22),
        ("a1 REPLACE * a {1}", .expected("a number"), 11),
        ("a1 REPLACE 1:2 a {1}", .expected("a space"), 12),
        ("a1 COMPRESS", .expected("a space"), 11),
        ("a1 APPEND a \"32-Jan-2020 00:00:00 +0000\" {3}", .invalid("date"), 12),
        ("a1 APPEND a \"01-Jan-2020 24:00:00 +0000\" {3}", .invalid("date and time"), 12),
        ("a1 APPEND a \"01-Jan-2020 00:00:00 +0060\" {3}", .invalid("date and time"), 12),
        ("a1 APPEND a {9223372036854775808}", .numberOutOfRange, 13),
        ("a1 LOGIN {4294967296}\r\nx y", .expected("the rest of the literal"), 23),
        ("a1 LOGIN {99999999999999999999}\r\nx y", .numberOutOfRange, 10),
        ("a1 LOGIN {}\r\n y", .expected("a number"), 10),
        ("a1 LOGIN {1", .expected("}"), 11),
        ("a1 LOGIN {1-}\r\nx y", .expected("}"), 11),
        ("a1 LOGIN {1}x y", .expected("a line end after the literal's size"), 12),
        ("a1 LOGIN {3}\r\na\0b y", .nul, 15),
        ("a1 LOGIN ~{1}\r\nx y", .expected("a space"), 10),
        ("a1 LOGIN ä b", .expected("a string"), 9),
        ("a1 COPY 1", .expected("a space"), 9),
        ("a1 UID EXPUNGE x", .expected("a message number or *"), 15),
        ("a1 ID (\"a\")", .expected("a space"), 10),
        ("a1 ID x", .expected("("), 6),
    ]

    @Test("is refused where it goes wrong, with its tag", arguments: faults)
    func refused(_ text: String, _ reason: SyntaxError.Reason, _ offset: Int) {
        #expect(syntaxError(line(text)) == SyntaxError(reason, offset: offset, tag: "a1"))
    }

    @Test(
        "has no tag to reply with",
        arguments: ["", " NOOP", "NOOP", "+ NOOP", "a+1 NOOP", "(a) NOOP", "ä NOOP", "\0 NOOP"])
    func noTag(_ text: String) {
        #expect(syntaxError(line(text)) == SyntaxError(.tag, offset: 0))
    }

    @Test("has messages that fit on a line and repeat nothing of the client's", arguments: faults)
    func messages(_ text: String, _ reason: SyntaxError.Reason, _ offset: Int) {
        let message = SyntaxError(reason, offset: offset).message
        #expect(message.utf8.allSatisfy { (0x20...0x7E).contains($0) })
        #expect(message.first?.isLetter == true)
    }

    @Test("may be cut off anywhere without harm", arguments: faults)
    func prefixes(_ text: String, _ reason: SyntaxError.Reason, _ offset: Int) {
        let whole = line(text)
        for end in whole.indices {
            if let error = syntaxError(Array(whole[..<end])) { #expect(error.offset <= end) }
        }
    }
}
