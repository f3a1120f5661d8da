// A stored envelope read where it lies is the envelope that was stored.

import Testing

@testable import MailFormat

@Suite("Envelope, read where it lies")
struct EnvelopeViewTests {
    private static let rich = mail(
        "From: A <a@b>, g: c@d;", "Sender: s@t", "Reply-To: r@e, q@e", "To: =?utf-8?q?x?= <@r:e@f>",
        "Cc: undisclosed:;",
        "Subject: ", "Date: today", "In-Reply-To: <1@b>", "Message-ID: <2@b>", "", "x")

    /// The envelope that a view shows.
    private func envelope(_ view: EnvelopeView, _ bytes: [UInt8]) -> Envelope {
        func string(_ range: Range<Int>?) -> [UInt8]? { range.map { Array(bytes[$0]) } }
        func addresses(_ list: EnvelopeView.Addresses) -> [EnvelopeAddress] {
            var addresses: [EnvelopeAddress] = []
            bytes.withUnsafeBufferPointer { pointer in
                list.forEach(in: pointer) {
                    addresses.append(
                        EnvelopeAddress(
                            name: string($0.name), route: string($0.route), mailbox: string($0.mailbox),
                            host: string($0.host)))
                }
            }
            return addresses
        }
        return Envelope(
            date: string(view.date), subject: string(view.subject), from: addresses(view.from),
            sender: addresses(view.sender), replyTo: addresses(view.replyTo), to: addresses(view.to),
            cc: addresses(view.cc), bcc: addresses(view.bcc), inReplyTo: string(view.inReplyTo),
            messageID: string(view.messageID))
    }

    @Test("is the one that was stored", arguments: StructureFixture.all.map(\.message) + [rich])
    func same(_ message: [UInt8]) throws {
        let stored = ParsedMessage(message).envelope
        // Between others, as where many lie in one array.
        let bytes = [7, 7, 7] + stored.encoded() + [9, 9]
        let view = try EnvelopeView(bytes, at: 3..<bytes.count - 2)
        #expect(envelope(view, bytes) == stored)
    }

    @Test("is refused when it ends early, goes on, or lies beyond the bytes")
    func refused() {
        let bytes = ParsedMessage(Self.rich).envelope.encoded()
        for length in bytes.indices {
            #expect(throws: StoredFormatError.self) { try EnvelopeView(bytes, at: 0..<length) }
        }
        let more = bytes + [0]
        #expect(throws: StoredFormatError.trailingBytes(offset: bytes.count)) {
            try EnvelopeView(more, at: more.indices)
        }
        #expect(throws: StoredFormatError.self) { try EnvelopeView(bytes, at: 0..<bytes.count + 1) }
    }

    @Test("with any damage is read as the envelope is, or refused as it is", arguments: 0..<20)
    func damaged(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let original = ParsedMessage(Self.rich).envelope.encoded()
        for _ in 0..<500 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(in: 0...255, using: &generator)
            }
            let view = try? EnvelopeView(bytes, at: bytes.indices)
            #expect(view.map { envelope($0, bytes) } == (try? Envelope(encoded: bytes)))
        }
    }

    @Test("gives no address of bytes that are not its own")
    func foreign() throws {
        let bytes = ParsedMessage(Self.rich).envelope.encoded()
        let view = try EnvelopeView(bytes, at: bytes.indices)
        var count = 0
        [UInt8]().withUnsafeBufferPointer { pointer in view.from.forEach(in: pointer) { _ in count += 1 } }
        #expect(count == 0)
    }
}
