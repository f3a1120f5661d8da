// Character sets and encoded words.

import MailFormat
import Testing

@Suite("Charsets and encoded words")
struct CharsetTests {
    @Test(
        "converts",
        arguments: [
            ("UTF-8", [0xE2, 0x82, 0xAC], "€"), ("us-ascii", [0x41, 0xFF], "A\u{FFFD}"),
            ("iso-8859-1", [0xE9, 0x41], "éA"), ("ISO-8859-15", [0xA4], "€"), ("windows-1252", [0x80], "€"),
            ("cp1251", [0xCF], "П"), ("koi8-r", [0xF0], "П"), ("shift_jis", [0x93, 0xFA], "日"),
            ("euc-jp", [0xC6, 0xFC], "日"), ("gb2312", [0xC8, 0xD5], "日"), ("big5", [0xA4, 0xE9], "日"),
            ("ks_c_5601-1987", [0xB0, 0xA1], "가"), ("utf-16be", [0x20, 0xAC], "€"),
            ("iso-2022-jp", [0x1B, 0x24, 0x42, 0x46, 0x7C, 0x1B, 0x28, 0x42], "日"), ("utf-7", Array("+IKw-".utf8), "€"),
            ("euc-jp", [0xC6], "\u{FFFD}"), ("euc-jp", [0x41, 0xFF, 0x42], "A\u{FFFD}B"),
            ("utf-8", [0xE2, 0x82], "\u{FFFD}"),
        ] as [(String, [UInt8], String)])
    func converts(_ name: String, _ encoded: [UInt8], _ expected: String) throws {
        #expect(Charset.decode(encoded, charset: bytes(name)) == expected)
        // One byte at a time gives the same.
        let charset = try #require(Charset(bytes(name)))
        guard var decoder = CharsetDecoder(charset) else {
            Issue.record("no converter for \(name)")
            return
        }
        var pieces = ""
        for index in encoded.indices { pieces += decoder.feed(encoded.span.bytes.extracting(index..<(index + 1))) }
        pieces += decoder.finish()
        #expect(pieces == expected)
    }

    @Test(
        "has a converter for every name it knows",
        arguments: [
            "iso-8859-2", "iso-8859-16", "windows-1250", "windows-1258", "cp437", "cp850", "cp866", "cp874", "cp932",
            "cp936", "cp949", "cp950", "utf-16", "utf-16le", "utf-32", "utf-32be", "utf-32le", "koi8-u", "macintosh",
            "viscii", "tcvn", "gbk", "gb18030", "big5-hkscs", "euc-tw", "iso-2022-jp-2", "euc-kr", "iso-2022-kr",
            "tis-620",
            "iso-8859-8-i", "cp737", "cp775", "cp852", "cp855", "cp857", "cp858", "cp862",
        ])
    func converters(_ name: String) {
        #expect(Charset.decode([], charset: bytes(name)) == "")
    }

    @Test(
        "knows no other names",
        arguments: ["", "internal", "wchar_t", "utf-8//translit", "iso-8859-12", "cp9999", "../x", "x-unknown"])
    func unknown(_ name: String) {
        #expect(Charset(bytes(name)) == nil)
        #expect(Charset.decode([65], charset: bytes(name)) == nil)
    }

    @Test("replaces what is not valid, however much of it there is")
    func invalid() {
        let garbage = [UInt8](repeating: 0xFF, count: 20_000)
        #expect(Charset.decode(garbage, charset: bytes("euc-jp"))?.unicodeScalars.count == 20_000)
        #expect(Charset.decode(garbage, charset: bytes("utf-8"))?.unicodeScalars.count == 20_000)
    }

    @Test(
        "decodes encoded words (RFC 2047)",
        arguments: [
            ("plain", "plain"), ("=?utf-8?q?J=C3=B6rg_x?=", "Jörg x"), ("=?UTF-8?B?SsO2cmc=?=", "Jörg"),
            ("=?iso-8859-1?Q?a?= =?iso-8859-1?Q?b?=", "ab"), ("=?iso-8859-1?Q?a?= b", "a b"),
            ("(=?us-ascii?q?a?=)", "(a)"),
            ("=?iso-8859-1?Q?a?= \t =?utf-8?Q?_b?=", "a b"), ("a =?us-ascii*en?q?b?= c", "a b c"),
            ("=?utf-8?q?=E2=82?= =?utf-8?q?=AC?=", "€"), ("=?utf-8?b?4oI=?= =?utf-8?b?rA==?=", "€"),
            ("=?x-unknown?q?a?=", "=?x-unknown?q?a?="), ("=?utf-8?x?a?=", "=?utf-8?x?a?="),
            ("=?utf-8?q?open", "=?utf-8?q?open"), ("=?utf-8?q??=x", "x"), ("=?", "=?"), ("=?utf-8?q?a=?=", "a="),
            ("=?utf-8?q?a b?=", "a b"), ("Jörg", "Jörg"), ("x=?utf-8?q?a?=y", "xay"),
            ("=?x?q?a?= =?utf-8?q?b?=", "=?x?q?a?= b"),
        ])
    func words(_ value: String, _ expected: String) {
        #expect(EncodedWord.decode(bytes(value)) == expected)
    }

    @Test("takes bytes that are not UTF-8 for Latin-1")
    func latin1() {
        #expect(EncodedWord.decode([0x4A, 0xF6, 0x72, 0x67]) == "Jörg")
    }

    @Test("reads a value full of beginnings")
    func beginnings() {
        let value = String(repeating: "=?utf-8?q?x ", count: 20_000)
        #expect(EncodedWord.decode(bytes(value)) == value)
    }
}
