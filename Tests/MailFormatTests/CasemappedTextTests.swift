// The collation i;unicode-casemap.

import MailFormat
import Testing

@Suite("Collation")
struct CasemappedTextTests {
    @Test(
        "title-cases and decomposes each code point",
        arguments: [
            ("aZ9", "AZ9"), ("\u{E9}", "E\u{301}"), ("\u{C9}", "E\u{301}"),
            // The example of RFC 5051 2.
            ("\u{1C4}", "Dz\u{30C}"), ("\u{1C6}", "Dz\u{30C}"),
            // UnicodeData.txt has no title case for these: it would take more than one code point.
            ("\u{DF}", "\u{DF}"), ("\u{149}", "\u{2BC}n"),
            ("\u{3C2}\u{3C3}\u{3A3}", "\u{3A3}\u{3A3}\u{3A3}"), ("\u{436}", "\u{416}"), ("\u{FB01}", "fi"),
            ("\u{FF21}\u{FF41}", "AA"), ("\u{2460}", "1"), ("\u{1D400}", "A"), ("\u{F900}", "\u{8C48}"),
            ("\u{AC00}\u{AC01}", "\u{1100}\u{1161}\u{1100}\u{1161}\u{11A8}"), ("\u{1F600}", "\u{1F600}"),
            ("\u{10428}", "\u{10400}"), ("\u{4E2D}", "\u{4E2D}"),
        ])
    func folding(_ text: String, _ folded: String) {
        #expect(CasemappedText(text).bytes == Array(folded.utf8))
    }

    @Test(
        "finds parts",
        arguments: [("Grüße aus Köln", "KÖLN"), ("abc", ""), ("", ""), ("ababac", "ABAC"), ("ÅNGSTRÖM", "ångström")])
    func parts(_ text: String, _ part: String) {
        #expect(CasemappedText(text).contains(CasemappedText(part)))
    }

    @Test(
        "finds no parts that are not there",
        arguments: [("", "a"), ("abab", "ABAC"), ("Grüße", "GRUESSE"), ("a", "aa")])
    func noParts(_ text: String, _ part: String) {
        #expect(!CasemappedText(text).contains(CasemappedText(part)))
    }

    @Test("finds long texts, and is not led astray by what almost is one")
    func longParts() {
        let almost = String(repeating: "ab", count: 50_000)
        let wanted = String(repeating: "ab", count: 20_000) + "c"
        #expect(!CasemappedText(almost).contains(CasemappedText(wanted)))
        #expect(CasemappedText(almost + "c" + almost).contains(CasemappedText(wanted)))
    }

    @Test("orders by code points")
    func order() {
        let sorted = ["", "a", "B", "b\u{301}", "C", "\u{E9}", "z", "\u{416}", "\u{10400}"].map { CasemappedText($0) }
        let expected = ["", "a", "B", "b\u{301}", "C", "\u{E9}", "z", "\u{416}", "\u{10400}"].map { CasemappedText($0) }
        #expect(sorted.reversed().sorted() == expected)
    }

    @Test("decodes header values")
    func headers() {
        #expect(CasemappedText(header: bytes("=?iso-8859-1?q?caf=E9?= x")) == CasemappedText("Café X"))
        #expect(CasemappedText(header: bytes("a = b?")) == CasemappedText("A = B?"))
        #expect(CasemappedText(header: [0xE9]) == CasemappedText("É"))
    }
}
