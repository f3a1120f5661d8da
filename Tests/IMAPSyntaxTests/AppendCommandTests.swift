import IMAPSyntax
import Testing

@Suite("APPEND and REPLACE")
struct AppendCommandTests {
    private static func plain(_ size: UInt64) -> AppendLiteral { AppendLiteral(.message, LiteralHeader(size: size)) }

    private static func segment(_ literal: AppendLiteral, _ message: AppendMessage = AppendMessage()) -> AppendSegment {
        AppendSegment([.message(message)], literal: literal)
    }

    private static func binary(_ role: AppendLiteral.Role = .message) -> AppendLiteral {
        AppendLiteral(role, LiteralHeader(size: 10, isBinary: true), isUTF8: true)
    }

    @Test("up to the first literal")
    func start() throws {
        func command(_ segment: AppendSegment) throws -> Command {
            .append(AppendCommand(mailbox: try mailbox("a"), start: segment))
        }
        #expect(try parse("APPEND a {10}") == command(Self.segment(Self.plain(10))))
        #expect(try parse("APPEND {1}\r\na {10}") == command(Self.segment(Self.plain(10))))
        #expect(
            try parse("APPEND a (\\Seen $x) {10+}")
                == command(
                    Self.segment(
                        AppendLiteral(.message, LiteralHeader(size: 10, isSynchronizing: false)),
                        AppendMessage(flags: [.seen, .keyword(keyword("$x"))]))))
        let when = try #require(
            DateTime(date: date(1994, 2, 7), hour: 21, minute: 52, second: 25, zoneMinutes: -480))
        #expect(
            try parse("APPEND a () \" 7-Feb-1994 21:52:25 -0800\" ~{10}")
                == command(
                    Self.segment(
                        AppendLiteral(.message, LiteralHeader(size: 10, isBinary: true)),
                        AppendMessage(internalDate: when))))
        #expect(try parse("APPEND a utf8 (~{10}") == command(Self.segment(Self.binary())))
        #expect(
            try parse("APPEND a CATENATE (TEXT {10}")
                == command(Self.segment(AppendLiteral(.part, LiteralHeader(size: 10)))))
        #expect(try parse("APPEND a CATENATE (UTF8 (~{10}") == command(Self.segment(Self.binary(.part))))
        #expect(
            try parse("APPEND a CATENATE (URL /x URL {10}")
                == command(
                    AppendSegment(
                        [.message(AppendMessage()), .url(bytes("/x"))],
                        literal: AppendLiteral(.url, LiteralHeader(size: 10)))))
        #expect(
            try parse("APPEND a CATENATE (URL /x URL \"/y\") (\\Seen) catenate (url /z)")
                == command(
                    AppendSegment([
                        .message(AppendMessage()), .url(bytes("/x")), .url(bytes("/y")), .end,
                        .message(AppendMessage(flags: [.seen])), .url(bytes("/z")), .end,
                    ])))
        #expect(
            try parse("UID REPLACE 7 a {10}")
                == .replace(7, AppendCommand(mailbox: mailbox("a"), start: Self.segment(Self.plain(10))), uid: true))
    }

    private static let rests: [(String, AppendLiteral, AppendSegment)] = [
        ("", plain(1), AppendSegment([.end])),
        (")", binary(), AppendSegment([.end])),
        (" {10}", plain(1), AppendSegment([.end, .message(AppendMessage())], literal: plain(10))),
        (
            " (\\Seen) UTF8 (~{10}", plain(1),
            AppendSegment([.end, .message(AppendMessage(flags: [.seen]))], literal: binary())
        ),
        (" URL /x)", binary(.part), AppendSegment([.url(bytes("/x")), .end])),
        (")", AppendLiteral(.url, LiteralHeader(size: 1)), AppendSegment([.end])),
        (
            ") CATENATE (URL /x TEXT {10}", AppendLiteral(.part, LiteralHeader(size: 1)),
            AppendSegment(
                [.end, .message(AppendMessage()), .url(bytes("/x"))],
                literal: AppendLiteral(.part, LiteralHeader(size: 10)))
        ),
    ]

    @Test("behind a literal", arguments: rests)
    func rest(_ text: String, _ literal: AppendLiteral, _ expected: AppendSegment) throws {
        let closed = literal == Self.binary(.part) ? ")" + text : text
        #expect(try CommandParser().parseAppend(line(closed), after: literal) == expected)
    }

    private static let faults: [(String, AppendLiteral, SyntaxError)] = [
        (")", plain(1), SyntaxError(.expected("the end of the command"), offset: 0)),
        ("", binary(), SyntaxError(.expected(")"), offset: 0)),
        (" ", plain(1), SyntaxError(.expected("a literal"), offset: 1)),
        ("", AppendLiteral(.part, LiteralHeader(size: 1)), SyntaxError(.expected(")"), offset: 0)),
        (" x", AppendLiteral(.url, LiteralHeader(size: 1)), SyntaxError(.expected("TEXT or URL"), offset: 1)),
        (" {1}\r\nx", plain(1), SyntaxError(.expected("the end of the command"), offset: 6)),
    ]

    @Test("what may not stand there", arguments: faults)
    func fault(_ text: String, _ literal: AppendLiteral, _ expected: SyntaxError) {
        #expect(throws: expected) { try CommandParser().parseAppend(line(text), after: literal) }
    }
}
