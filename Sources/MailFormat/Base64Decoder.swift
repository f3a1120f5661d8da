// Decodes the base64 transfer encoding as it streams by, and passes over what does not belong in it.

/// A lenient decoder of base64 (RFC 2045 6.8): characters outside the alphabet, line ends among them, are ignored, as
/// the RFC asks; padding ends a group of four, and what follows it begins another, for some programs join encoded
/// pieces.
struct Base64Decoder: Sendable {
    private var group: UInt32 = 0
    private var characters = 0

    private static let invalid: UInt8 = 0xFF

    /// The value of each character of the alphabet.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: invalid, count: 256)
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        for (value, character) in alphabet.utf8.enumerated() { values[Int(character)] = UInt8(value) }
        return values
    }()

    mutating func decode(_ bytes: RawSpan, into decoded: inout [UInt8]) {
        decoded.reserveCapacity(decoded.count + bytes.byteCount / 4 * 3 + 3)
        let values = Self.values
        for index in 0..<bytes.byteCount {
            let byte = bytes.byte(at: index)
            let value = values[Int(byte)]
            if value == Self.invalid {
                if byte == ASCII.equals { finish(into: &decoded) }
                continue
            }
            group = group << 6 | UInt32(value)
            characters += 1
            if characters == 4 {
                decoded.append(UInt8(truncatingIfNeeded: group >> 16))
                decoded.append(UInt8(truncatingIfNeeded: group >> 8))
                decoded.append(UInt8(truncatingIfNeeded: group))
                characters = 0
            }
        }
    }

    /// Ends a group: two characters carry one byte, three carry two, and one carries none.
    mutating func finish(into decoded: inout [UInt8]) {
        if characters == 2 {
            decoded.append(UInt8(truncatingIfNeeded: group >> 4))
        } else if characters == 3 {
            decoded.append(UInt8(truncatingIfNeeded: group >> 10))
            decoded.append(UInt8(truncatingIfNeeded: group >> 2))
        }
        characters = 0
    }
}
