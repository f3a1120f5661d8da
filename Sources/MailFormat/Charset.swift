// The character sets of mail, and which converter reads each.

/// A character set that mail may be written in (RFC 2978 names), of those this server converts.
///
/// The names are a closed list. The name comes from the message, and glibc would load a converter for any of several
/// hundred names; some of those converters have crashed on hostile input.
package struct Charset: Sendable, Equatable {
    enum Conversion: Sendable, Equatable {
        case utf8
        case latin1
        /// By iconv, from the character set of that name.
        case iconv(String)
    }

    let conversion: Conversion

    /// UTF-8, of which US-ASCII is a part.
    package static let utf8 = Charset(conversion: .utf8)

    private init(conversion: Conversion) { self.conversion = conversion }

    /// The character set of that name, in any case; nil when it is not known.
    package init?(_ name: some Collection<UInt8>) { self.init(Array(name)) }

    /// The character set of that name, in any case; nil when it is not known.
    package init?(_ name: [UInt8]) {
        guard name.count <= 32, let conversion = Self.conversion(String(lowercasing: name)) else { return nil }
        self.conversion = conversion
    }

    /// Converts a whole text. What is not valid in the character set becomes U+FFFD. The result has at most three times
    /// as many UTF-8 bytes as the text has, or four times for the few sets with one byte for a rarer character.
    ///
    /// - Returns: the text, or nil when the character set is not known.
    package static func decode(_ bytes: [UInt8], charset: some Collection<UInt8>) -> String? {
        guard let charset = Charset(charset) else { return nil }
        return charset.decode(bytes)
    }

    /// Converts a whole text; nil only when the system lacks the converter.
    package func decode(_ bytes: [UInt8]) -> String? {
        guard var decoder = CharsetDecoder(self) else { return nil }
        let text = decoder.feed(bytes.span.bytes)
        return text + decoder.finish()
    }

    private static func conversion(_ name: String) -> Conversion? {
        if let number = name.suffix(after: ["iso-8859-", "iso8859-", "iso_8859-"]).flatMap({ Int($0) }) {
            if number == 1 { return .latin1 }
            return (2...16).contains(number) && number != 12 ? .iconv("ISO-8859-\(number)") : nil
        }
        if let number = name.suffix(after: ["windows-", "cp", "x-cp"]).flatMap({ Int($0) }), let page = codePage(number)
        {
            return .iconv(page)
        }
        return others[name]
    }

    /// Windows and DOS code pages.
    private static func codePage(_ number: Int) -> String? {
        switch number {
        case 1250...1258, 437, 737, 775, 850, 852, 855, 857, 858, 862, 866, 874, 932, 949: "CP\(number)"
        case 936: "GB18030"
        case 950: "BIG5-HKSCS"
        default: nil
        }
    }

    /// The rest. Where programs write a superset under the name of the set, the superset reads it.
    private static let others: [String: Conversion] = [
        "utf-8": .utf8, "utf8": .utf8, "us-ascii": .utf8, "ascii": .utf8, "ansi_x3.4-1968": .utf8, "iso646-us": .utf8,
        "latin1": .latin1, "l1": .latin1,
        "utf-7": .iconv("UTF-7"), "utf-16": .iconv("UTF-16"), "utf-16be": .iconv("UTF-16BE"),
        "utf-16le": .iconv("UTF-16LE"), "utf-32": .iconv("UTF-32"), "utf-32be": .iconv("UTF-32BE"),
        "utf-32le": .iconv("UTF-32LE"),
        "koi8-r": .iconv("KOI8-R"), "koi8-u": .iconv("KOI8-U"), "koi8-ru": .iconv("KOI8-U"),
        "iso-8859-8-i": .iconv("ISO-8859-8"), "tis-620": .iconv("CP874"), "macintosh": .iconv("MACINTOSH"),
        "viscii": .iconv("VISCII"), "tcvn": .iconv("TCVN"),
        "gb2312": .iconv("GB18030"), "gbk": .iconv("GB18030"), "gb18030": .iconv("GB18030"),
        "x-gbk": .iconv("GB18030"), "euc-cn": .iconv("GB18030"), "big5": .iconv("BIG5-HKSCS"),
        "big5-hkscs": .iconv("BIG5-HKSCS"), "euc-tw": .iconv("EUC-TW"),
        "shift_jis": .iconv("CP932"), "shift-jis": .iconv("CP932"), "sjis": .iconv("CP932"),
        "x-sjis": .iconv("CP932"), "windows-31j": .iconv("CP932"), "euc-jp": .iconv("EUC-JP-MS"),
        "iso-2022-jp": .iconv("ISO-2022-JP"), "iso-2022-jp-1": .iconv("ISO-2022-JP-2"),
        "iso-2022-jp-2": .iconv("ISO-2022-JP-2"),
        "euc-kr": .iconv("CP949"), "ks_c_5601-1987": .iconv("CP949"), "uhc": .iconv("CP949"),
        "iso-2022-kr": .iconv("ISO-2022-KR"),
    ]
}

extension String {
    /// What follows the first of these prefixes that the string has.
    fileprivate func suffix(after prefixes: [String]) -> Substring? {
        prefixes.first(where: hasPrefix).map { dropFirst($0.count) }
    }
}
