// Base subjects, by which SORT and THREAD compare.

import MailFormat
import Testing

@Suite("Base subjects")
struct BaseSubjectTests {
    @Test(
        "is what replying and forwarding left alone",
        arguments: [
            ("", "", false), ("hello", "hello", false), ("  a \t b  ", "a b", false),
            // subj-refwd
            ("Re: a", "a", true), ("RE:a", "a", true), ("re  : a", "a", true), ("Fw: a", "a", true),
            ("Fwd: a", "a", true),
            ("FWD: RE: fw: a", "a", true), ("Re[2]: a", "a", true), ("re [x]: a", "a", true), ("re: ", "", true),
            ("re", "re", false), ("re a", "re a", false), ("rea: b", "rea: b", false), ("Aw: a", "Aw: a", false),
            ("re[2]a: b", "re[2]a: b", false),
            // subj-blob
            ("[a] b", "b", false), ("[a][b] c", "c", false), ("[a]", "[a]", false), ("[a] [b]", "[b]", false),
            ("[a] re: b", "b", true), ("re: [a] b", "b", true), ("[a] [b] re[c]: [d] fwd: e", "e", true),
            ("[[a] b", "[[a] b", false), ("[a b", "[a b", false), ("[] a", "a", false), ("[a]re", "re", false),
            // subj-trailer
            ("a (fwd)", "a", true), ("a (FWD) (fwd)  ", "a", true), ("(fwd)", "", true),
            ("a (fwd) b", "a (fwd) b", false),
            // subj-fwd
            ("[fwd: a]", "a", true), ("[Fwd: re: [x] a (fwd)]", "a", true), ("[fwd: [fwd: a]]", "a", true),
            ("[fwd: a", "[fwd: a", false), ("[fwd: a] b", "b", false), ("[fwd:]", "", true),
            ("re: [fwd: a] (fwd)", "a", true),
            // Encoded words and folding come first.
            ("=?utf-8?q?Re:_caf=C3=A9?=", "café", true), ("=?iso-8859-1?q?[x]_=E9?= (fwd)", "é", true),
            ("Re:\t=?utf-8?b?UmU6IGE=?=", "a", true),
        ])
    func extraction(_ subject: String, _ text: String, _ isReplyOrForward: Bool) {
        let base = BaseSubject(bytes(subject))
        #expect(base.text == text)
        #expect(base.isReplyOrForward == isReplyOrForward)
    }

    @Test("takes hostile subjects apart in linear time")
    func hostile() {
        let many = 20_000
        #expect(BaseSubject(bytes(String(repeating: "[a]", count: many) + "b")).text == "b")
        #expect(BaseSubject(bytes(String(repeating: "re: ", count: many) + "b")).text == "b")
        #expect(
            BaseSubject(bytes(String(repeating: "[fwd:", count: many) + "b" + String(repeating: "]", count: many))).text
                == "b")
        #expect(BaseSubject(bytes("b" + String(repeating: "(fwd)", count: many))).text == "b")
        #expect(BaseSubject(bytes(String(repeating: "[", count: many))).text.utf8.count == many)
        #expect(BaseSubject(bytes(String(repeating: "re[", count: many))).text.utf8.count == 3 * many)
    }
}
