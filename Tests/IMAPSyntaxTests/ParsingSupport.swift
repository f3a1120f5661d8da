import IMAPSyntax
import Testing

/// A command as bytes: the text, with CRLF added.
func line(_ text: String) -> [UInt8] {
    Array(text.utf8) + Array("\r\n".utf8)
}

func bytes(_ text: String) -> [UInt8] {
    Array(text.utf8)
}

func slice(_ text: String) -> ArraySlice<UInt8> {
    Array(text.utf8)[...]
}

func text(_ bytes: [UInt8]) -> String {
    String(decoding: bytes, as: UTF8.self)
}

/// The error that parsing `input` ends in; nil when it parses.
func syntaxError(_ input: [UInt8], _ options: ParserOptions = ParserOptions()) -> SyntaxError? {
    do throws(SyntaxError) {
        _ = try CommandParser(options: options).parse(input)
        return nil
    } catch {
        return error
    }
}

/// What `text`, after a tag, means.
func parse(_ text: String, _ options: ParserOptions = ParserOptions()) throws -> Command {
    let tagged = try CommandParser(options: options).parse(line("a1 " + text))
    #expect(tagged.tag == "a1")
    return tagged.command
}

func mailbox(_ name: String) throws -> MailboxName {
    try #require(MailboxName(name))
}

func keyword(_ name: String) throws -> Keyword {
    try #require(Keyword(name))
}

func date(_ year: Int, _ month: Int, _ day: Int) throws -> CalendarDate {
    try #require(CalendarDate(year: year, month: month, day: day))
}

func set(_ ranges: ClosedRange<UInt32>..., open: UInt32? = nil) -> SequenceSet {
    SequenceSet(ranges: ranges, openLowerBound: open)
}
