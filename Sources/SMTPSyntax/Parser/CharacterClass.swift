// Which bytes may stand where. Bytes from 0x80 up are UTF-8 (RFC 6531 section 3.3); that they are whole characters
// is checked once, where a text is made of them.

/// Character classes of RFC 5321 section 4.1.2.
enum CharacterClass {
    static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default:
            false
        }
    }

    static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    static func isHexDigit(_ byte: UInt8) -> Bool { hexValue(byte) != nil }

    static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        default: nil
        }
    }

    /// `atext`, and UTF-8.
    static func isAtomText(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || byte >= 0x80 || "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
    }

    /// `qtextSMTP = %d32-33 / %d35-91 / %d93-126`, and UTF-8.
    static func isQuotedText(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte != 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    /// A byte of a domain label. The underscore is not in the grammar, and is in the names of real hosts: mail from
    /// them would bounce, and nothing here gives it a meaning.
    static func isLabelText(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || byte >= 0x80
    }

    /// `dcontent = %d33-90 / %d94-126`.
    static func isLiteralContent(_ byte: UInt8) -> Bool {
        (33...90).contains(byte) || (94...126).contains(byte)
    }

    /// `esmtp-value = 1*(%d33-60 / %d62-126)`, and UTF-8 (RFC 6531 section 3.3).
    static func isParameterValue(_ byte: UInt8) -> Bool {
        (33...126).contains(byte) && byte != UInt8(ascii: "=") || byte >= 0x80
    }
}
