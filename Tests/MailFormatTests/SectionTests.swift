// Sections: the example of RFC 9051 6.4.5.1 and the corners around it.

import MailFormat
import Testing

@Suite("Sections")
struct SectionTests {
    /// The complex message that RFC 9051 6.4.5.1 uses as its example.
    private static let message = mail(
        "Subject: top", "Content-Type: multipart/mixed; boundary=o", "", "--o", "X: 1", "", "p1", "--o",
        "Content-Type: application/octet-stream", "", "p2", "--o", "Content-Type: message/rfc822", "",
        "Subject: three", "Content-Type: multipart/mixed; boundary=i", "", "--i", "", "p3.1", "--i",
        "Content-Type: application/octet-stream", "", "p3.2", "--i--", "", "--o",
        "Content-Type: multipart/mixed; boundary=j", "", "--j", "Content-Type: image/gif", "", "p4.1", "--j",
        "Content-Type: message/rfc822", "", "Subject: four-two", "Content-Type: multipart/mixed; boundary=k", "", "--k",
        "", "p4.2.1", "--k", "Content-Type: multipart/alternative; boundary=l", "", "--l", "", "p4.2.2.1", "--l",
        "Content-Type: text/richtext", "", "p4.2.2.2", "--l--", "--k--", "--j--", "--o--", "")

    private func section(_ path: [Int], _ kind: Section.Kind) -> String? {
        ParsedMessage(Self.message).structure.range(of: Section(path: path, kind: kind)).map {
            escaped(slice(Self.message, $0))
        }
    }

    @Test(
        "gives the bytes",
        arguments: [
            ([], Section.Kind.header, "Subject: top\\r\\nContent-Type: multipart/mixed; boundary=o\\r\\n\\r\\n"),
            ([1], .whole, "p1"), ([1], .mime, "X: 1\\r\\n\\r\\n"),
            ([2], .whole, "p2"),
            ([3], .mime, "Content-Type: message/rfc822\\r\\n\\r\\n"),
            ([3], .header, "Subject: three\\r\\nContent-Type: multipart/mixed; boundary=i\\r\\n\\r\\n"),
            (
                [3], .text,
                "--i\\r\\n\\r\\np3.1\\r\\n--i\\r\\nContent-Type: application/octet-stream\\r\\n\\r\\np3.2\\r\\n--i--\\r\\n"
            ),
            ([3, 1], .whole, "p3.1"), ([3, 2], .whole, "p3.2"),
            ([4, 1], .whole, "p4.1"), ([4, 1], .mime, "Content-Type: image/gif\\r\\n\\r\\n"),
            ([4, 2], .header, "Subject: four-two\\r\\nContent-Type: multipart/mixed; boundary=k\\r\\n\\r\\n"),
            ([4, 2, 1], .whole, "p4.2.1"),
            ([4, 2, 2], .mime, "Content-Type: multipart/alternative; boundary=l\\r\\n\\r\\n"),
            ([4, 2, 2, 1], .whole, "p4.2.2.1"), ([4, 2, 2, 2], .whole, "p4.2.2.2"),
        ])
    func bytes(_ path: [Int], _ kind: Section.Kind, _ expected: String) {
        #expect(section(path, kind) == expected)
    }

    @Test(
        "has no other sections",
        arguments: [
            ([], Section.Kind.mime), ([0], .whole), ([5], .whole), ([-1], .whole), ([1, 1], .whole), ([1], .header),
            ([1], .text), ([4], .header), ([4, 1, 1], .whole), ([4, 2, 3], .whole), ([Int.max], .whole),
            ([Int.min], .whole),
        ])
    func missing(_ path: [Int], _ kind: Section.Kind) {
        #expect(section(path, kind) == nil)
    }

    @Test("the whole message is a section")
    func whole() {
        let range = ParsedMessage(Self.message).structure.range(of: Section())
        #expect(range == 0..<UInt64(Self.message.count))
    }

    @Test("a message that is no multipart has a part 1")
    func partOne() {
        let message = mail("Subject: x", "", "body")
        let structure = ParsedMessage(message).structure
        #expect(structure.range(of: Section(path: [1])) == structure.body)
        #expect(structure.range(of: Section(path: [1], kind: .mime)) == structure.header)
        #expect(structure.range(of: Section(path: [1], kind: .text)) == nil)
        #expect(structure.range(of: Section(path: [1, 1])) == nil)
        #expect(structure.range(of: Section(path: [2])) == nil)
    }

    @Test("the parts of an embedded message that is no multipart are counted alike")
    func embedded() throws {
        let message = mail("Content-Type: message/rfc822", "", "Subject: x", "", "body")
        let structure = ParsedMessage(message).structure
        #expect(structure.part(at: [1])?.embedded != nil)
        let range = try #require(structure.range(of: Section(path: [1, 1])))
        #expect(escaped(slice(message, range)) == "body")
        #expect(structure.range(of: Section(path: [1, 1, 1])) == nil)
        let header = try #require(structure.range(of: Section(path: [1], kind: .header)))
        #expect(escaped(slice(message, header)) == "Subject: x\\r\\n\\r\\n")
    }
}
