// The tree of body parts: what is found, where it stands, and that the ranges fit into each other.

import MailFormat
import Testing

@Suite("Body structure")
struct StructureTests {
    @Test("gives the tree", arguments: StructureFixture.all)
    func tree(_ fixture: StructureFixture) {
        let parsed = ParsedMessage(fixture.message)
        #expect(outline(parsed.structure, of: fixture.message) == fixture.outline)
        #expect(parsed.size == UInt64(fixture.message.count))
        checkRanges(of: parsed)
    }

    @Test("is the same for any chunks", arguments: StructureFixture.all)
    func chunks(_ fixture: StructureFixture) {
        let whole = ParsedMessage(fixture.message)
        var generator = SeededGenerator(seed: 1)
        let random = (0..<64).map { _ in Int.random(in: 1...23, using: &generator) }
        for chunks in [[1], [2], [3], [7], random] {
            #expect(parse(fixture.message, chunks: chunks) == whole)
        }
    }

    @Test("counts the lines of a body as the line ends in its range", arguments: StructureFixture.all)
    func lines(_ fixture: StructureFixture) {
        func check(_ part: BodyPart) {
            #expect(part.lines == UInt64(slice(fixture.message, part.body).count { $0 == 10 }))
            #expect(part.octets == UInt64(part.body.count))
            part.children.forEach(check)
            if let embedded = part.embedded { check(embedded.structure) }
        }
        check(ParsedMessage(fixture.message).structure)
    }

    @Test("keeps the header to the blank line")
    func headers() {
        let message = mail(
            "Subject: x", "Content-Type: multipart/mixed; boundary=b", "", "--b", "A: 1", "", "one", "--b", "", "two",
            "--b", "three: 3", "--b--")
        let parsed = ParsedMessage(message)
        #expect(parsed.headerSize == 57)
        #expect(parsed.headerBlock == Array(message[..<57]))
        let headers = parsed.structure.children.map { escaped(slice(message, $0.header)) }
        #expect(headers == ["A: 1\\r\\n\\r\\n", "\\r\\n", "three: 3\\r\\n"])
    }

    @Test("reads the other fields of a part")
    func fields() {
        let part = ParsedMessage(
            mail(
                "Content-ID: <a@b>", "Content-Description: some =?utf-8?q?thing?=", "Content-MD5: Q2hlY2s=",
                "Content-Disposition: Attachment; FileName=\"a b\"; size=3", "Content-Language: de, (x) en-GB,,fr",
                "Content-Location: http://a/b", "", "")
        ).structure
        #expect(part.id == bytes("<a@b>"))
        #expect(part.description == bytes("some =?utf-8?q?thing?="))
        #expect(part.md5 == bytes("Q2hlY2s="))
        #expect(
            part.disposition
                == Disposition(
                    kind: "attachment",
                    parameters: [.init(name: "filename", value: bytes("a b")), .init(name: "size", value: bytes("3"))]))
        #expect(part.language.map(text) == ["de", "en-GB", "fr"])
        #expect(part.location == bytes("http://a/b"))
    }

    @Test("keeps no header that is larger than the limit")
    func storedHeader() {
        let message = bytes("A: " + String(repeating: "x", count: 100) + "\r\n\r\nbody")
        #expect(ParsedMessage(message, limits: MessageLimits(storedHeader: 107)).headerBlock?.count == 107)
        #expect(ParsedMessage(message, limits: MessageLimits(storedHeader: 106)).headerBlock == nil)
        #expect(ParsedMessage(message, limits: MessageLimits(storedHeader: 106)).headerSize == 107)
    }
}

/// Checks the invariant of the tree: headers and bodies meet, parts follow each other inside the body around them.
func checkRanges(of message: ParsedMessage) {
    func check(_ part: BodyPart, in outer: Range<UInt64>) {
        #expect(part.header.lowerBound >= outer.lowerBound)
        #expect(part.header.upperBound == part.body.lowerBound)
        #expect(part.body.upperBound <= outer.upperBound)
        var position = part.body.lowerBound
        for child in part.children {
            check(child, in: position..<max(position, part.body.upperBound))
            position = child.body.upperBound
        }
        if let embedded = part.embedded {
            check(embedded.structure, in: part.body)
            #expect(embedded.structure.header.lowerBound == part.body.lowerBound)
            #expect(embedded.structure.body.upperBound == part.body.upperBound)
        }
    }
    check(message.structure, in: 0..<message.size)
    #expect(message.structure.header == 0..<message.headerSize)
    #expect(message.structure.body.upperBound == message.size)
}
