// Mail made to hurt: the parser stays within its bounds and gives an answer.

import MailFormat
import Testing

@Suite("Hostile messages")
struct HostileMessageTests {
    private static func manyParts(_ count: Int) -> [UInt8] {
        var message = bytes("Content-Type: multipart/mixed; boundary=b\r\n\r\n")
        for number in 0..<count { message += bytes("--b\r\n\r\n\(number)\r\n") }
        return message + bytes("--b--\r\n")
    }

    private static func deepMultipart(_ depth: Int) -> [UInt8] {
        var message: [UInt8] = []
        for level in 0..<depth {
            message += bytes("Content-Type: multipart/mixed; boundary=b\(level)\r\n\r\n--b\(level)\r\n")
        }
        return message + bytes("\r\nbottom\r\n")
    }

    private static func deepMessage(_ depth: Int) -> [UInt8] {
        (0..<depth).flatMap { _ in bytes("Content-Type: message/rfc822\r\n\r\n") } + bytes("\r\nbottom\r\n")
    }

    private func depth(of part: BodyPart) -> Int {
        1 + max(part.children.map(depth).max() ?? 0, part.embedded.map { depth(of: $0.structure) } ?? 0)
    }

    private func innermost(_ part: BodyPart) -> BodyPart {
        (part.embedded?.structure ?? part.children.first).map(innermost) ?? part
    }

    @Test("9,999 parts and their message are all there")
    func parts() throws {
        let message = Self.manyParts(9_999)
        let parsed = ParsedMessage(message)
        #expect(parsed.structure.children.count == 9_999)
        let last = try #require(parsed.structure.range(of: Section(path: [9_999])))
        #expect(text(slice(message, last)) == "9998")
        #expect(try BodyPart(encoded: parsed.structure.encoded()) == parsed.structure)
    }

    @Test("beyond the limit of parts the last one takes the rest")
    func tooManyParts() throws {
        let message = Self.manyParts(20)
        let parsed = ParsedMessage(message, limits: MessageLimits(parts: 6))
        #expect(parsed.structure.children.count == 5)
        #expect(parsed.structure.children.last.map { slice(message, $0.body).count { $0 == 10 } } == 45)
        checkRanges(of: parsed)
    }

    @Test(
        "beyond the limit of depth a composite part is an opaque leaf",
        arguments: [deepMultipart(200), deepMessage(200)])
    func deep(_ message: [UInt8]) throws {
        let parsed = ParsedMessage(message)
        #expect(depth(of: parsed.structure) == 100)
        let bottom = innermost(parsed.structure)
        #expect(bottom.mediaType == "application" && bottom.subtype == "octet-stream")
        #expect(bottom.body.upperBound == parsed.size)
        checkRanges(of: parsed)
        #expect(try BodyPart(encoded: parsed.structure.encoded()) == parsed.structure)
    }

    @Test("a limit of depth beyond the maximum is the maximum")
    func depthLimit() throws {
        let parsed = ParsedMessage(Self.deepMultipart(300), limits: MessageLimits(depth: 1_000))
        #expect(depth(of: parsed.structure) == BodyPart.maximumDepth)
        #expect(try BodyPart(encoded: parsed.structure.encoded()) == parsed.structure)
    }

    @Test("a header line of 1 MB is counted and cut")
    func longLine() {
        let message = bytes("Subject: " + String(repeating: "x", count: 1 << 20) + "\r\n\r\nbody")
        let parsed = ParsedMessage(message)
        #expect(parsed.headerSize == UInt64(message.count - 4))
        #expect(parsed.headerBlock == nil)
        // The space in front of the value is one of the bytes looked at.
        #expect(parsed.envelope.subject?.count == (64 << 10) - 1)
    }

    @Test(
        "anything at all is a message",
        arguments: [
            [UInt8](repeating: 13, count: 100_000), [UInt8](repeating: 10, count: 100_000),
            [UInt8](repeating: 0, count: 100_000), [UInt8](repeating: 45, count: 100_000),
            [UInt8](repeating: 58, count: 100_000), [UInt8](repeating: 255, count: 100_000),
            [UInt8](repeating: 32, count: 100_000),
            bytes("Content-Type: " + String(repeating: "(", count: 60_000) + "\r\n\r\n"),
            bytes("To: " + String(repeating: "<", count: 60_000) + "\r\n\r\n"),
            bytes("To: " + String(repeating: "\"", count: 60_001) + "\r\n\r\n"),
            bytes("To: " + String(repeating: "a:", count: 30_000) + "\r\n\r\n"),
            bytes("Content-Type: a/b" + String(repeating: ";a*0=b", count: 9_000) + "\r\n\r\n"),
        ])
    func anything(_ message: [UInt8]) {
        let parsed = ParsedMessage(message)
        #expect(parsed.size == UInt64(message.count))
        checkRanges(of: parsed)
        #expect(parse(message, chunks: [4_093]) == parsed)
    }

    @Test(
        "soup of delimiters, headers and line ends is the same for any chunks and keeps the ranges", arguments: 0..<60)
    func soup(_ seed: UInt64) throws {
        let words = [
            "--a", "--b", "--a--", "--b--", "--", "-", "\r\n", "\r\n", "\n", "\r", "\r\n\r\n", " ", "x",
            "Content-Type: multipart/mixed; boundary=a\r\n", "Content-Type: multipart/digest; boundary=b\r\n",
            "Content-Type: multipart/mixed; boundary=\"a--\"\r\n\r\n", "Content-Type: message/rfc822\r\n\r\n",
            "Content-Type: text/html\r\n", "Content-Transfer-Encoding: base64\r\n", "Subject: s\r\n", "\0",
        ].map(bytes)
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<40 {
            var message = bytes("Content-Type: multipart/mixed; boundary=a\r\n")
            for _ in 0..<Int.random(in: 1...60, using: &generator) {
                message += words.randomElement(using: &generator) ?? []
            }
            let parsed = ParsedMessage(message)
            checkRanges(of: parsed)
            #expect(parse(message, chunks: [1]) == parsed)
            #expect(parse(message, chunks: [Int.random(in: 2...9, using: &generator)]) == parsed)
            #expect(try BodyPart(encoded: parsed.structure.encoded()) == parsed.structure)
        }
    }
}
