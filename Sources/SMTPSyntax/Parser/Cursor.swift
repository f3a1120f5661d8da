// A place in a command line.

/// Reads a line from left to right. All reads are bounded by the line, which is bounded by ``LineFramer``.
struct Cursor {
    private let bytes: [UInt8]
    /// The offset of the next byte.
    private(set) var offset = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { offset == bytes.count }

    var next: UInt8? { isAtEnd ? nil : bytes[offset] }

    /// Takes the byte when it is the next one.
    mutating func take(_ byte: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: byte) else { return false }
        offset += 1
        return true
    }

    /// Takes the next byte, whatever it is.
    mutating func takeAny() -> UInt8? {
        guard let byte = next else { return nil }
        offset += 1
        return byte
    }

    /// Takes the longest run of bytes of a class, which may be empty.
    mutating func take(while isIn: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        let start = offset
        while offset < bytes.count, isIn(bytes[offset]) { offset += 1 }
        return bytes[start..<offset]
    }

    /// Takes the rest of the line.
    mutating func takeRest() -> ArraySlice<UInt8> {
        take { _ in true }
    }

    /// Takes a word when it comes next, compared without regard to case.
    mutating func take(word: StaticString) -> Bool {
        word.withUTF8Buffer { word in
            let end = offset + word.count
            guard end <= bytes.count else { return false }
            for (have, want) in zip(bytes[offset..<end], word) where Cursor.upper(have) != Cursor.upper(want) {
                return false
            }
            offset = end
            return true
        }
    }

    mutating func skipSpaces() {
        _ = take { $0 == UInt8(ascii: " ") }
    }

    func error(_ reason: CommandError.Reason) -> CommandError {
        CommandError(reason, offset: offset)
    }

    private static func upper(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) ? byte - 32 : byte
    }
}
