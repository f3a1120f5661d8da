// The character classes of the IMAP grammar, by table.

/// Classes of bytes.
///
/// RFC 9051 9
///
///     ATOM-CHAR      = <any CHAR except atom-specials>
///     atom-specials  = "(" / ")" / "{" / SP / CTL / list-wildcards / quoted-specials / resp-specials
///     list-wildcards = "%" / "*"
///     quoted-specials = DQUOTE / "\"
///     resp-specials  = "]"
///     ASTRING-CHAR   = ATOM-CHAR / resp-specials
///     list-char      = ATOM-CHAR / list-wildcards / resp-specials
enum ByteClass {
    private static let atom: UInt8 = 1
    private static let astring: UInt8 = 2
    private static let list: UInt8 = 4
    private static let quotable: UInt8 = 8

    private static let table: [UInt8] = (0...255).map { value in
        let byte = UInt8(value)
        var classes: UInt8 = 0
        switch byte {
        case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "{"), UInt8(ascii: "\""), UInt8(ascii: "\\"): break
        case UInt8(ascii: "%"), UInt8(ascii: "*"): classes = list
        case UInt8(ascii: "]"): classes = astring | list
        case 0x21...0x7E: classes = atom | astring | list
        default: break
        }
        if (0x20...0x7E).contains(byte) || byte == 0x09 { classes |= quotable }
        return classes
    }

    static func isAtomCharacter(_ byte: UInt8) -> Bool { table[Int(byte)] & atom != 0 }
    static func isAStringCharacter(_ byte: UInt8) -> Bool { table[Int(byte)] & astring != 0 }
    static func isListCharacter(_ byte: UInt8) -> Bool { table[Int(byte)] & list != 0 }

    /// Printable ASCII and TAB: what the encoder is willing to put between quotes.
    static func isQuotable(_ byte: UInt8) -> Bool { table[Int(byte)] & quotable != 0 }

    static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    /// The byte with an ASCII letter made upper case.
    static func upper(_ byte: UInt8) -> UInt8 {
        byte &- UInt8(ascii: "a") < 26 ? byte & 0xDF : byte
    }

    /// The byte with an ASCII letter made lower case.
    static func lower(_ byte: UInt8) -> UInt8 {
        byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte
    }
}
