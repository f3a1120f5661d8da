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
        let start = decoded.count
        // What was held back before is less than a group.
        decoded.append(contentsOf: repeatElement(0, count: (bytes.byteCount + 3) / 4 * 3 + 3))
        let end = decoded.withUnsafeMutableBufferPointer { output in
            bytes.withUnsafeBytes { input in
                Self.values.withUnsafeBufferPointer { decode(input, $0, into: output, at: start) }
            }
        }
        decoded.removeLast(decoded.count - end)
    }

    /// - Returns: where the decoded bytes end, which are never more than three for four characters.
    private mutating func decode(
        _ input: UnsafeRawBufferPointer, _ values: UnsafeBufferPointer<UInt8>,
        into output: UnsafeMutableBufferPointer<UInt8>, at start: Int
    ) -> Int {
        var end = start
        var position = 0
        while position < input.count {
            if characters == 0 {
                // Whole groups, which is nearly all there is.
                while position + 4 <= input.count {
                    let first = values[Int(input[position])]
                    let second = values[Int(input[position + 1])]
                    let third = values[Int(input[position + 2])]
                    let fourth = values[Int(input[position + 3])]
                    guard first | second | third | fourth != Self.invalid else { break }
                    output[end] = first << 2 | second >> 4
                    output[end + 1] = second << 4 | third >> 2
                    output[end + 2] = third << 6 | fourth
                    end += 3
                    position += 4
                }
                guard position < input.count else { break }
            }
            for byte in take(input[position], values) {
                output[end] = byte
                end += 1
            }
            position += 1
        }
        return end
    }

    /// What a character completes.
    private mutating func take(_ byte: UInt8, _ values: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        let value = values[Int(byte)]
        if value == Self.invalid { return byte == ASCII.equals ? endGroup() : [] }
        group = group << 6 | UInt32(value)
        characters += 1
        guard characters == 4 else { return [] }
        characters = 0
        return [
            UInt8(truncatingIfNeeded: group >> 16), UInt8(truncatingIfNeeded: group >> 8),
            UInt8(truncatingIfNeeded: group),
        ]
    }

    mutating func finish(into decoded: inout [UInt8]) { decoded += endGroup() }

    /// Two characters carry one byte, three carry two, and one carries none.
    private mutating func endGroup() -> [UInt8] {
        defer { characters = 0 }
        switch characters {
        case 2: return [UInt8(truncatingIfNeeded: group >> 4)]
        case 3: return [UInt8(truncatingIfNeeded: group >> 10), UInt8(truncatingIfNeeded: group >> 2)]
        default: return []
        }
    }
}
