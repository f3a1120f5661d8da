// Tells well-formed UTF-8 from anything else, without building a string.

enum UTF8Validation {
    /// Whether `bytes` is well-formed UTF-8: no overlong form, no surrogate, nothing above U+10FFFF (RFC 3629 4).
    static func isWellFormed(_ bytes: some Sequence<UInt8>) -> Bool {
        var iterator = bytes.makeIterator()
        while let first = iterator.next() {
            let second: ClosedRange<UInt8>
            let rest: Int
            switch first {
            case 0x00...0x7F: continue
            case 0xC2...0xDF: (second, rest) = (0x80...0xBF, 0)
            case 0xE0: (second, rest) = (0xA0...0xBF, 1)
            case 0xED: (second, rest) = (0x80...0x9F, 1)
            case 0xE1...0xEF: (second, rest) = (0x80...0xBF, 1)
            case 0xF0: (second, rest) = (0x90...0xBF, 2)
            case 0xF1...0xF3: (second, rest) = (0x80...0xBF, 2)
            case 0xF4: (second, rest) = (0x80...0x8F, 2)
            default: return false
            }
            guard let next = iterator.next(), second.contains(next) else { return false }
            for _ in 0..<rest {
                guard let next = iterator.next(), next & 0xC0 == 0x80 else { return false }
            }
        }
        return true
    }
}
