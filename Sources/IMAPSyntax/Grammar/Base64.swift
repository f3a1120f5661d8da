// Base64 in the two alphabets that IMAP uses: that of RFC 4648 for SASL, and that of modified UTF-7.

enum Base64 {
    /// The last two characters, which differ between the alphabets.
    struct Alphabet {
        let character62: UInt8
        let character63: UInt8

        /// RFC 4648 4
        static let standard = Alphabet(character62: UInt8(ascii: "+"), character63: UInt8(ascii: "/"))
        /// RFC 3501 5.1.3: "," in place of "/".
        static let modified = Alphabet(character62: UInt8(ascii: "+"), character63: UInt8(ascii: ","))

        func value(_ character: UInt8) -> UInt32? {
            switch character {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
            case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a")) + 26
            case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - UInt8(ascii: "0")) + 52
            case character62: 62
            case character63: 63
            default: nil
            }
        }

        func character(_ value: UInt32) -> UInt8 {
            switch UInt8(truncatingIfNeeded: value & 63) {
            case let value where value < 26: value + UInt8(ascii: "A")
            case let value where value < 52: value - 26 + UInt8(ascii: "a")
            case let value where value < 62: value - 52 + UInt8(ascii: "0")
            case 62: character62
            default: character63
            }
        }
    }

    /// The bytes of unpadded base64; nil for a character outside the alphabet, an impossible length, or bits left over
    /// that are not 0.
    static func decodeUnpadded(_ characters: some Collection<UInt8>, alphabet: Alphabet) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(characters.count * 3 / 4)
        var bits: UInt32 = 0
        var count = 0
        for character in characters {
            guard let value = alphabet.value(character) else { return nil }
            bits = bits << 6 | value
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
                bits &= (1 << UInt32(count)) - 1
            }
        }
        return count < 6 && bits == 0 ? bytes : nil
    }

    /// The bytes of padded base64 (RFC 9051 9, base64); nil when it is malformed.
    static func decode(_ characters: some BidirectionalCollection<UInt8>) -> [UInt8]? {
        guard characters.count % 4 == 0 else { return nil }
        var rest = characters[...]
        for _ in 0..<2 where rest.last == UInt8(ascii: "=") { rest = rest.dropLast() }
        return decodeUnpadded(rest, alphabet: .standard)
    }

    /// Appends `bytes` in base64 to `output`.
    static func encode(
        _ bytes: some Sequence<UInt8>, alphabet: Alphabet = .standard, padded: Bool = true, into output: inout [UInt8]
    ) {
        var bits: UInt32 = 0
        var count: UInt32 = 0
        var characters = 0
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            count += 8
            while count >= 6 {
                count -= 6
                output.append(alphabet.character(bits >> count))
                characters += 1
            }
            bits &= (1 << count) - 1
        }
        if count > 0 {
            output.append(alphabet.character(bits << (6 - count)))
            characters += 1
        }
        while padded, characters % 4 != 0 {
            output.append(UInt8(ascii: "="))
            characters += 1
        }
    }
}
