// The stored form: what is written is read, and hostile bytes do no harm.

import MailFormat
import Testing

@Suite("Stored form")
struct StoredFormatTests {
    private static let rich = mail(
        "From: A <a@b>, g: c@d;", "Sender: s@t", "To: =?utf-8?q?x?= <@r:e@f>", "Subject: ", "Date: today",
        "Content-Type: multipart/mixed; boundary=b; x-odd=\"\"", "Content-Language: en", "", "--b",
        "Content-Type: message/rfc822", "Content-ID: <1>", "Content-Description: d", "Content-MD5: m",
        "Content-Location: l", "Content-Disposition: attachment; filename*=utf-8''x", "", "Subject: in", "", "x", "--b",
        "Content-Type: image/unheard-of; name=\"a\"", "Content-Transfer-Encoding: x-uue", "", "y", "--b--", "")

    @Test("is read as it was written", arguments: StructureFixture.all.map(\.message) + [rich])
    func roundTrip(_ message: [UInt8]) throws {
        let parsed = ParsedMessage(message)
        #expect(try BodyPart(encoded: parsed.structure.encoded()) == parsed.structure)
        #expect(try Envelope(encoded: parsed.envelope.encoded()) == parsed.envelope)
    }

    @Test("is compact")
    func size() {
        let message = mail(
            "Content-Type: multipart/alternative; boundary=0123456789", "", "--0123456789",
            "Content-Type: text/plain; charset=utf-8", "", "a", "--0123456789",
            "Content-Type: text/html; charset=utf-8", "Content-Transfer-Encoding: quoted-printable", "", "b",
            "--0123456789--", "")
        #expect(ParsedMessage(message).structure.encoded().count <= 60)
    }

    @Test("of every shorter length is refused")
    func truncated() {
        let parsed = ParsedMessage(Self.rich)
        let structure = parsed.structure.encoded()
        for length in structure.indices {
            #expect(throws: StoredFormatError.self) { try BodyPart(encoded: Array(structure[..<length])) }
        }
        let envelope = parsed.envelope.encoded()
        for length in envelope.indices {
            #expect(throws: StoredFormatError.self) { try Envelope(encoded: Array(envelope[..<length])) }
        }
    }

    @Test("with bytes behind it, or of another version, is refused")
    func foreign() {
        let structure = ParsedMessage(Self.rich).structure.encoded()
        #expect(throws: StoredFormatError.trailingBytes(offset: structure.count)) {
            try BodyPart(encoded: structure + [0])
        }
        #expect(throws: StoredFormatError.unknownVersion(2)) { try BodyPart(encoded: [2] + structure.dropFirst()) }
        #expect(throws: StoredFormatError.unknownVersion(0)) { try Envelope(encoded: [0]) }
        #expect(throws: StoredFormatError.truncated(offset: 0)) { try Envelope(encoded: [UInt8]()) }
    }

    @Test("with any damage is read or refused", arguments: 0..<20)
    func mutated(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let parsed = ParsedMessage(Self.rich)
        let originals = [parsed.structure.encoded(), parsed.envelope.encoded()]
        for original in originals {
            for _ in 0..<500 {
                var damaged = original
                for _ in 0..<Int.random(in: 1...4, using: &generator) {
                    let place = Int.random(in: 0..<damaged.count, using: &generator)
                    damaged[place] = UInt8.random(in: 0...255, using: &generator)
                }
                // Whatever could be read can be written and read again.
                if let part = try? BodyPart(encoded: damaged) {
                    checkOrder(part)
                    #expect((try? BodyPart(encoded: part.encoded())) == part)
                }
                if let envelope = try? Envelope(encoded: damaged) {
                    #expect((try? Envelope(encoded: envelope.encoded())) == envelope)
                }
            }
        }
    }

    @Test("that nests without end, or claims more than it holds, is refused")
    func hostile() {
        // A multipart with one part that is a multipart with one part ...
        let level: [UInt8] = [1, 1, 1, 1, 0, 0, 0, 0, 1]
        let nested: [UInt8] = [1] + (0..<100_000).flatMap { _ in level }
        #expect(throws: StoredFormatError.tooDeep) { try BodyPart(encoded: nested) }
        let huge: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01]
        #expect(throws: StoredFormatError.self) { try Envelope(encoded: [1] + huge) }
        #expect(throws: StoredFormatError.self) { try Envelope(encoded: [1, 0, 0] + huge) }
        #expect(throws: StoredFormatError.self) { try BodyPart(encoded: [1, 1, 1, 1, 1] + huge + [1, 0, 0]) }
        // More than 64 bits.
        #expect(throws: StoredFormatError.self) { try Envelope(encoded: [1] + huge.dropLast() + [0x02]) }
    }

    private func checkOrder(_ part: BodyPart) {
        #expect(part.header.upperBound == part.body.lowerBound)
        part.children.forEach(checkOrder)
        if let embedded = part.embedded { checkOrder(embedded.structure) }
    }
}
