import IMAPSyntax
import Testing

@Suite("Modified UTF-7")
struct ModifiedUTF7Tests {
    static let names: [(utf8: String, wire: String)] = [
        ("", ""), ("INBOX", "INBOX"), ("a b~!", "a b~!"), ("&", "&-"), ("a&b&", "a&-b&-"), ("&&", "&-&-"),
        // RFC 3501 5.1.3
        ("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"), ("台北日本語", "&U,BTF2XlZyyKng-"),
        ("ä", "&AOQ-"), ("Entwürfe", "Entw&APw-rfe"), ("ä&ö", "&AOQ-&-&APY-"), ("ä-", "&AOQ--"), ("-ä", "-&AOQ-"),
        ("Отправленные", "&BB4EQgQ,BEAEMAQyBDsENQQ9BD0ESwQ1-"), ("😀", "&2D3eAA-"), ("a\tb", "a&AAk-b"),
        ("\u{7F}", "&AH8-"), ("\u{FEFF}", "&,v8-"), ("\u{10FFFF}", "&2,,f,w-"),
    ]

    @Test("names there and back", arguments: names)
    func roundTrip(_ utf8: String, _ wire: String) throws {
        #expect(text(ModifiedUTF7.encode(bytes(utf8))) == wire)
        #expect(try text(ModifiedUTF7.decode(bytes(wire))) == utf8)
    }

    static let faults: [(String, ModifiedUTF7.DecodingError.Reason, Int)] = [
        ("&", .unterminatedShift, 0), ("a&", .unterminatedShift, 1), ("&AOQ", .unterminatedShift, 0),
        ("ä", .forbiddenByte, 0), ("a\u{7F}", .forbiddenByte, 1), ("a\t", .forbiddenByte, 1),
        ("\r\n", .forbiddenByte, 0),
        ("&A-", .malformedShift, 0), ("&AA-", .malformedShift, 0), ("&AO-", .malformedShift, 0),
        ("x&AOQ=-", .malformedShift, 1), ("&AO/k-", .malformedShift, 0), ("&a b-", .malformedShift, 0),
        // Half a surrogate pair, in either half, and in the wrong order.
        ("&2AA-", .malformedShift, 0), ("&2D0-", .malformedShift, 0), ("&3gA-", .malformedShift, 0),
        ("&3gDYPQ-", .malformedShift, 0),
        // NUL.
        ("&AAA-", .malformedShift, 0),
        // Bits left over.
        ("&AOR-", .malformedShift, 0),
        // Printable ASCII in base64: "a", and "ab" hidden behind an umlaut.
        ("&AGE-", .notCanonical, 0), ("&AOQAYQ-", .notCanonical, 4), ("x&ACY-", .notCanonical, 2),
        // One shift would do.
        ("&AOQ-&APY-", .notCanonical, 4),
    ]

    @Test("what is none", arguments: faults)
    func refused(_ wire: String, _ reason: ModifiedUTF7.DecodingError.Reason, _ offset: Int) {
        #expect(throws: ModifiedUTF7.DecodingError(reason: reason, offset: offset)) {
            try ModifiedUTF7.decode(bytes(wire))
        }
    }

    @Test("whatever decodes, encodes back to itself")
    func injective() {
        let alphabet = bytes("&-A,+a2D3e\u{0}~ ")
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<20_000 {
            let name = (0..<Int.random(in: 0...12, using: &generator)).map { _ in
                alphabet[Int.random(in: alphabet.indices, using: &generator)]
            }
            guard let decoded = try? ModifiedUTF7.decode(name) else { continue }
            #expect(ModifiedUTF7.encode(decoded) == name)
        }
    }

    @Test("long runs are linear, and end")
    func long() throws {
        let name = [UInt8](repeating: UInt8(ascii: "&"), count: 100_001)
        #expect(throws: ModifiedUTF7.DecodingError.self) { try ModifiedUTF7.decode(name) }
        let umlauts = String(repeating: "ä", count: 50_000)
        #expect(try text(ModifiedUTF7.decode(ModifiedUTF7.encode(bytes(umlauts)))) == umlauts)
    }
}
