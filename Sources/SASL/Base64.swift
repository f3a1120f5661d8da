// Base64 for SASL exchanges: strict in what it takes, bounded in what it makes.

/// Base64 as RFC 4648 section 4 prints it, held to the strictness that SASL asks for: no white space, no line
/// breaks, padding exactly where it belongs, and unused bits zero, so that every value has one spelling.
package enum Base64 {
    /// Why a text is not Base64.
    package enum DecodingError: Error, Equatable {
        /// The text decodes to more bytes than the caller allows.
        case tooLong
        /// The length is not a multiple of four characters.
        case badLength
        /// A character outside the alphabet, or padding anywhere but at the end; the offset in the text.
        case badCharacter(offset: Int)
        /// Bits under the padding are not zero (RFC 4648 section 3.5).
        case notCanonical
    }

    /// Decodes a whole text.
    ///
    /// - Parameters:
    ///   - text: the characters, as bytes.
    ///   - limit: the most bytes the result may have; a longer text is refused before anything is decoded.
    package static func decode(_ text: some Collection<UInt8>, limit: Int) throws(DecodingError) -> [UInt8] {
        let length = text.count
        guard length <= (limit + 2) / 3 * 4 else { throw .tooLong }
        guard length.isMultiple(of: 4) else { throw .badLength }

        var decoded: [UInt8] = []
        decoded.reserveCapacity(length / 4 * 3)
        var group: UInt32 = 0
        var padding = 0
        for (offset, character) in text.enumerated() {
            if character == pad {
                guard offset >= length - 2 else { throw .badCharacter(offset: offset) }
                padding += 1
                group <<= 6
            } else {
                guard padding == 0, let value = value(of: character) else { throw .badCharacter(offset: offset) }
                group = group << 6 | UInt32(value)
            }
            if offset % 4 == 3 {
                decoded.append(UInt8(truncatingIfNeeded: group >> 16))
                decoded.append(UInt8(truncatingIfNeeded: group >> 8))
                decoded.append(UInt8(truncatingIfNeeded: group))
                // The last group is kept: the bits under its padding are looked at below.
                if offset < length - 1 { group = 0 }
            }
        }
        if padding > 0 {
            guard group & (padding == 1 ? 0xFF : 0xFFFF) == 0 else { throw .notCanonical }
            decoded.removeLast(padding)
        }
        guard decoded.count <= limit else { throw .tooLong }
        return decoded
    }

    /// Encodes bytes as padded Base64 without line breaks.
    package static func encode(_ bytes: some Collection<UInt8>) -> String {
        var text = ""
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var group: UInt32 = 0
        var held = 0
        func emit(_ characters: Int) {
            for index in 0..<characters {
                let value = UInt8(truncatingIfNeeded: group >> UInt32(18 - 6 * index)) & 0x3F
                text.unicodeScalars.append(Unicode.Scalar(character(for: value)))
            }
        }
        for byte in bytes {
            group |= UInt32(byte) << UInt32(16 - 8 * held)
            held += 1
            if held == 3 {
                emit(4)
                (group, held) = (0, 0)
            }
        }
        if held > 0 {
            emit(held + 1)
            text.append(held == 1 ? "==" : "=")
        }
        return text
    }

    private static let pad = UInt8(ascii: "=")

    private static func value(of character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): character - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }

    private static func character(for value: UInt8) -> UInt8 {
        switch value {
        case 0..<26: UInt8(ascii: "A") + value
        case 26..<52: UInt8(ascii: "a") + value - 26
        case 52..<62: UInt8(ascii: "0") + value - 52
        case 62: UInt8(ascii: "+")
        default: UInt8(ascii: "/")
        }
    }
}
