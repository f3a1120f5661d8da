// The bytes that headers and MIME give a meaning, and how they compare.

/// Bytes with a meaning in RFC 5322 and RFC 2045.
enum ASCII {
    static let nul: UInt8 = 0x00
    static let tab: UInt8 = 0x09
    static let lineFeed: UInt8 = 0x0A
    static let carriageReturn: UInt8 = 0x0D
    static let space: UInt8 = 0x20
    static let quote = UInt8(ascii: "\"")
    static let percent = UInt8(ascii: "%")
    static let leftParenthesis = UInt8(ascii: "(")
    static let rightParenthesis = UInt8(ascii: ")")
    static let asterisk = UInt8(ascii: "*")
    static let plus = UInt8(ascii: "+")
    static let comma = UInt8(ascii: ",")
    static let hyphen = UInt8(ascii: "-")
    static let dot = UInt8(ascii: ".")
    static let slash = UInt8(ascii: "/")
    static let zero = UInt8(ascii: "0")
    static let nine = UInt8(ascii: "9")
    static let colon = UInt8(ascii: ":")
    static let semicolon = UInt8(ascii: ";")
    static let less = UInt8(ascii: "<")
    static let equals = UInt8(ascii: "=")
    static let greater = UInt8(ascii: ">")
    static let question = UInt8(ascii: "?")
    static let at = UInt8(ascii: "@")
    static let leftBracket = UInt8(ascii: "[")
    static let backslash = UInt8(ascii: "\\")
    static let rightBracket = UInt8(ascii: "]")
    static let underscore = UInt8(ascii: "_")
}

extension UInt8 {
    /// WSP: space or tab (RFC 5234 B.1).
    var isWhitespace: Bool { self == ASCII.space || self == ASCII.tab }

    /// DIGIT (RFC 5234 B.1).
    var isDigit: Bool { self >= ASCII.zero && self <= ASCII.nine }

    /// ALPHA (RFC 5234 B.1).
    var isLetter: Bool { lowercased >= UInt8(ascii: "a") && lowercased <= UInt8(ascii: "z") }

    /// The byte with A-Z made a-z; every other byte is itself.
    var lowercased: UInt8 { self >= UInt8(ascii: "A") && self <= UInt8(ascii: "Z") ? self | 0x20 : self }

    /// token of RFC 2045 5.1: any ASCII character except space, controls and tspecials.
    var isToken: Bool {
        guard self > ASCII.space, self < 0x7F else { return false }
        switch self {
        case ASCII.leftParenthesis, ASCII.rightParenthesis, ASCII.less, ASCII.greater, ASCII.at, ASCII.comma,
            ASCII.semicolon, ASCII.colon, ASCII.backslash, ASCII.quote, ASCII.slash, ASCII.leftBracket,
            ASCII.rightBracket, ASCII.question, ASCII.equals:
            return false
        default:
            return true
        }
    }

    /// The value of a hexadecimal digit, either case.
    var hexadecimalValue: UInt8? {
        if isDigit { return self - ASCII.zero }
        let letter = lowercased
        guard letter >= UInt8(ascii: "a"), letter <= UInt8(ascii: "f") else { return nil }
        return letter - UInt8(ascii: "a") + 10
    }
}

extension Collection<UInt8> {
    /// Whether both hold the same bytes, A-Z and a-z being the same letter and nothing else.
    func equalsIgnoringCase(_ other: some Collection<UInt8>) -> Bool {
        count == other.count && zip(self, other).allSatisfy { $0 == $1 || $0.lowercased == $1.lowercased }
    }
}

extension BidirectionalCollection<UInt8> where SubSequence: BidirectionalCollection<UInt8> {
    /// The bytes without white space at either end.
    func trimmingWhitespace() -> SubSequence {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
        else { return self[startIndex..<startIndex] }
        return self[first...last]
    }
}

extension String {
    /// A string of ASCII bytes with A-Z made a-z.
    init(lowercasing bytes: some Collection<UInt8>) {
        self.init(unsafeUninitializedCapacity: bytes.count) { buffer in
            var count = 0
            for byte in bytes {
                buffer[count] = byte.lowercased
                count += 1
            }
            return count
        }
    }
}
