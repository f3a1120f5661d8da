// Headers as bytes: iteration, look-up and the choice of HEADER.FIELDS.

import MailFormat
import Testing

@Suite("Header block")
struct HeaderBlockTests {
    private let header = bytes(
        "From: a\r\nSUBJECT : one\r\n\ttwo \r\nno field\r\nX-From: b\nfrom: c\r\nEmpty:\r\n\r\nFrom: body\r\n")

    @Test("walks the fields")
    func fields() {
        let fields = HeaderBlock(header).map { field in
            [field.name, field.value, field.whole].map { escaped(header[$0]) }.joined(separator: "|")
        }
        #expect(
            fields == [
                "From| a|From: a\\r\\n", "SUBJECT| one\\r\\n\ttwo |SUBJECT : one\\r\\n\ttwo \\r\\n",
                "|no field|no field\\r\\n", "X-From| b|X-From: b\\n", "from| c|from: c\\r\\n", "Empty||Empty:\\r\\n",
            ])
    }

    @Test(
        "chooses fields with the blank line",
        arguments: [
            (["FROM"], false, "From: a\\r\\nfrom: c\\r\\n\\r\\n"),
            (["subject", "empty"], false, "SUBJECT : one\\r\\n\ttwo \\r\\nEmpty:\\r\\n\\r\\n"),
            (["Fro", "From:", ""], false, "\\r\\n"),
            (["from", "Subject", "x-from"], true, "no field\\r\\nEmpty:\\r\\n\\r\\n"),
        ])
    func chosen(_ names: [String], _ inverted: Bool, _ expected: String) {
        #expect(escaped(HeaderBlock(header).fields(matching: names.map(bytes), inverted: inverted)) == expected)
    }

    @Test("gives values unfolded")
    func values() {
        #expect(HeaderBlock(header).values(of: "Subject").map(text) == ["one\ttwo"])
        #expect(HeaderBlock(header).values(of: "from").map(text) == ["a", "c"])
        #expect(HeaderBlock(header).values(of: "none").isEmpty)
    }

    @Test(
        "takes what is hardly a header",
        arguments: [
            ("", 0), ("\r\n", 0), ("\n", 0), ("\r", 1), ("a", 1), ("a:", 1), (":\r\n", 1), (" x\r\n y", 1),
            ("\r\r\n", 1),
            ("a: b\r", 1), ("a\n: b\n", 2), ("\n\n", 0), ("\r\n\r\n", 0),
        ])
    func hostile(_ header: String, _ count: Int) {
        let block = HeaderBlock(bytes(header))
        #expect(Array(block).count == count)
        // All fields and no name leave the header as it is, up to the blank line.
        #expect(bytes(header).starts(with: block.fields(matching: [], inverted: true)))
    }

    @Test("has no blank line to give when the header has none")
    func noBlankLine() {
        #expect(HeaderBlock(bytes("a: b\r\nc: d")).fields(matching: [bytes("c")]) == bytes("c: d"))
        #expect(HeaderBlock(bytes("a: b\r\n")).fields(matching: [bytes("c")]) == [])
    }
}
