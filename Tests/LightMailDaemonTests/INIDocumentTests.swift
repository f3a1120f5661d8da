import Testing

@testable import LightMailDaemon

@Suite struct INIDocumentTests {
    @Test(arguments: [
        ("key = value", "value"),
        ("key=value", "value"),
        ("\tkey\t=\tvalue \t", "value"),
        ("key =", ""),
        ("key = a = b", "a = b"),
        ("key = value ; comment", "value"),
        ("key = value\t# comment", "value"),
        ("key = ; comment", ""),
        ("key = a;b#c", "a;b#c"),
        ("key = \"a # b ; c\"", "a # b ; c"),
        ("key = \" a \" ; comment", " a "),
        (#"key = "a \" b \\ c""#, #"a " b \ c"#),
        (#"key = 'a \ " # b' # comment"#, #"a \ " # b"#),
        ("key = it's", "it's"),
        ("key = ''", ""),
        ("key = ünïcode", "ünïcode"),
    ])
    func valuesAreRead(line: String, value: String) {
        let document = INIDocument(Array("[s]\n\(line)\n".utf8))
        #expect(document.problems.isEmpty)
        #expect(document.entries.map(\.value) == [value])
        #expect(document.entries.map(\.key) == ["key"])
    }

    @Test(arguments: [
        ("key = value", 1, "a key stands before the first [section]"),
        ("[s]\nword", 2, "the line is neither a comment nor KEY = VALUE"),
        ("[s]\n= value", 2, "there is no key before the ="),
        ("[s]\na = 1\n\na = 2", 4, "this key was set before, on line 2"),
        ("[s]\n[t]\n[s]", 3, "this section began before, on line 1"),
        ("[s", 1, "the section's name is not closed by ]"),
        ("[]", 1, "the section has no name"),
        ("[s] x", 1, "something stands after the section's name"),
        ("[s]\na = \"b", 2, "the quote is not closed"),
        ("[s]\na = \"b\\", 2, "the quote is not closed"),
        ("[s]\na = 'b' c", 2, "something stands after the closing quote"),
        (#"[s]"# + "\n" + #"a = "\n""#, 2, #"in double quotes \ stands only before " and \"#),
    ])
    func mistakesAreFound(text: String, line: Int, message: String) {
        let problems = INIDocument(Array(text.utf8)).problems
        #expect(problems.map(\.message) == [message])
        #expect(problems.map(\.line) == [line])
    }

    @Test func lineEndsAndByteOrderMarkAreTaken() {
        let document = INIDocument([0xEF, 0xBB, 0xBF] + Array("[s] ; c\r\n# c\r\n\r\na = 1\r\n[t]\r\na = 2".utf8))
        #expect(document.problems.isEmpty)
        #expect(document.sections.map(\.name) == ["s", "t"])
        #expect(document.entries.map { "\($0.section).\($0.key)=\($0.value)@\($0.line)" } == ["s.a=1@4", "t.a=2@6"])
    }

    @Test func everyMistakeIsReported() {
        let document = INIDocument(Array("x = 1\n[s]\nbad\ngood = 1\n[\n".utf8))
        #expect(document.problems.map(\.line) == [1, 3, 5])
        #expect(document.entries.map(\.key) == ["good"])
    }

    @Test func boundsHold() {
        let long = Array("[s]\na = ".utf8) + [UInt8](repeating: 0x61, count: INIDocument.maximumLine)
        #expect(INIDocument(long).problems.map(\.line) == [2])
        #expect(INIDocument([UInt8](repeating: 0x0A, count: INIDocument.maximumSize + 1)).problems.count == 1)
        #expect(
            INIDocument(Array("[s]\na = ".utf8) + [0xC3, 0x28]).problems.map(\.message) == ["the line is not UTF-8"])
        #expect(INIDocument([]).entries.isEmpty)
    }
}
