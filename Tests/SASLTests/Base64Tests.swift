import Testing

@testable import SASL

@Suite struct Base64Tests {
    /// RFC 4648 section 10, and bytes that use the last two characters of the alphabet.
    static let pairs: [(bytes: [UInt8], text: String)] = [
        (Array("".utf8), ""),
        (Array("f".utf8), "Zg=="),
        (Array("fo".utf8), "Zm8="),
        (Array("foo".utf8), "Zm9v"),
        (Array("foob".utf8), "Zm9vYg=="),
        (Array("fooba".utf8), "Zm9vYmE="),
        (Array("foobar".utf8), "Zm9vYmFy"),
        ([0xFB, 0xEF, 0xFF], "++//"),
        ([0, 0, 0], "AAAA"),
    ]

    @Test(arguments: pairs)
    func encodesAndDecodes(bytes: [UInt8], text: String) throws {
        #expect(Base64.encode(bytes) == text)
        #expect(try Base64.decode(text.utf8, limit: 16) == bytes)
    }

    @Test(arguments: [
        ("Zg=", Base64.DecodingError.badLength),
        ("Zg", .badLength),
        ("=", .badLength),
        ("Zg==Zg==", .badCharacter(offset: 2)),
        ("Zm=v", .badCharacter(offset: 3)),
        ("Z===", .badCharacter(offset: 1)),
        ("====", .badCharacter(offset: 0)),
        ("Zm 9", .badCharacter(offset: 2)),
        ("Zm9\n", .badCharacter(offset: 3)),
        ("Zm9-", .badCharacter(offset: 3)),
        ("Zm9\u{0}", .badCharacter(offset: 3)),
        ("Zh==", .notCanonical),
        ("Zm9=", .notCanonical),
        (String(repeating: "A", count: 24), .tooLong),
    ])
    func refuses(text: String, error: Base64.DecodingError) {
        #expect(throws: error) { try Base64.decode(text.utf8, limit: 16) }
    }

    @Test func refusesOneByteOverTheLimit() throws {
        #expect(try Base64.decode("Zm8=".utf8, limit: 2).count == 2)
        #expect(throws: Base64.DecodingError.tooLong) { try Base64.decode("Zm9v".utf8, limit: 2) }
        #expect(throws: Base64.DecodingError.tooLong) { try Base64.decode("Zg==".utf8, limit: 0) }
    }

    @Test func roundTripsEveryByteAtEveryLength() throws {
        let all = (0...255).map(UInt8.init)
        for length in 0...256 {
            let bytes = Array(all.prefix(length))
            #expect(try Base64.decode(Base64.encode(bytes).utf8, limit: 256) == bytes)
        }
    }
}
