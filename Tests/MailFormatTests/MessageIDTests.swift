// Message-IDs as THREAD compares them.

import MailFormat
import Testing

@Suite("Message-IDs")
struct MessageIDTests {
    @Test(
        "reads lists",
        arguments: [
            ("", []), ("<a@b>", ["a@b"]), ("<a@b> <c@d>", ["a@b", "c@d"]), ("<a@b><c@d>", ["a@b", "c@d"]),
            ("<\"01KF8JCEOCBS0045PS\"@xxx.yyy.com>", ["01KF8JCEOCBS0045PS@xxx.yyy.com"]),
            ("<a (comment) . b@c>", ["a.b@c"]), ("<a\\b@[1.2.3.4]>", ["a\\b@[1.2.3.4]"]), ("<\"a>b\"@c>", ["a>b@c"]),
            ("Your message of Monday <a@b> from <c@d>", ["a@b", "c@d"]), ("(<x@y>) <a@b>", ["a@b"]),
            ("<a@b", []), ("<a@b <c@d>", ["c@d"]), ("<@b> <a@> <ab> <>", []), ("a@b", []), ("<A@b>", ["A@b"]),
        ] as [(String, [String])])
    func lists(_ value: String, _ ids: [String]) {
        #expect(MessageID.list(in: bytes(value)).map { text($0.bytes) } == ids)
        #expect(MessageID.first(in: bytes(value)).map { text($0.bytes) } == ids.first)
    }

    @Test("of too many the last ones count")
    func limit() {
        let value = (0..<1000).map { "<\($0)@x>" }.joined(separator: " ")
        #expect(MessageID.list(in: bytes(value), limit: 2).map { text($0.bytes) } == ["998@x", "999@x"])
    }
}
