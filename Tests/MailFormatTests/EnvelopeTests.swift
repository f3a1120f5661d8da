// The envelope: fields, defaults and addresses, the hostile ones among them.

import MailFormat
import Testing

@Suite("Envelope")
struct EnvelopeTests {
    @Test("reads every field")
    func fields() {
        let envelope = ParsedMessage(
            mail(
                "Date: Fri, 21 Nov 1997 09:55:06 -0600", "SUBJECT :  folded", "\t=?utf-8?q?subject?=  ",
                "From: John Doe <jdoe@machine.example>", "Sender: s@x", "Reply-To: r@x", "To: a@x", "Cc: b@x",
                "To: c@x",
                "Bcc: d@x", "In-Reply-To: <1@x>", " <2@x>", "Message-ID: <3@x>", "Subject: another", "", "")
        ).envelope
        #expect(envelope.date == bytes("Fri, 21 Nov 1997 09:55:06 -0600"))
        #expect(envelope.subject == bytes("folded\t=?utf-8?q?subject?="))
        #expect(outline(envelope.from) == ["John Doe|~|jdoe|machine.example"])
        #expect(outline(envelope.sender) == ["~|~|s|x"])
        #expect(outline(envelope.replyTo) == ["~|~|r|x"])
        #expect(outline(envelope.to) == ["~|~|a|x", "~|~|c|x"])
        #expect(outline(envelope.cc) == ["~|~|b|x"])
        #expect(outline(envelope.bcc) == ["~|~|d|x"])
        #expect(envelope.inReplyTo == bytes("<1@x> <2@x>"))
        #expect(envelope.messageID == bytes("<3@x>"))
    }

    @Test("tells an absent field from an empty one, and defaults to From (RFC 9051 7.5.2)")
    func defaults() {
        let absent = ParsedMessage(mail("From: a@x", "Sender:", "", "")).envelope
        #expect(absent.subject == nil && absent.date == nil && absent.messageID == nil && absent.inReplyTo == nil)
        #expect(outline(absent.sender) == ["~|~|a|x"])
        #expect(outline(absent.replyTo) == ["~|~|a|x"])
        #expect(absent.to.isEmpty)
        #expect(ParsedMessage(mail("Subject:", "To: ", "", "")).envelope.subject == [])
    }

    @Test("holds no NUL, CR or LF")
    func controls() {
        let envelope = ParsedMessage(bytes("Subject: a\0b\rc\r\n d\n e\r\r\n f\r\nTo: \"x\r\0\" <y@z>\r\n\r\n"))
            .envelope
        #expect(envelope.subject == bytes("a") + [0x80] + bytes("b c d e  f"))
        #expect(envelope.to.first?.name == bytes("x ") + [0x80])
    }

    @Test(
        "reads address lists",
        arguments: [
            ("a@b", ["~|~|a|b"]),
            ("John Doe <a@b>", ["John Doe|~|a|b"]),
            ("\"Doe, \\\"J\\\" John\"  Q. <a@b>,c@d", ["Doe, \"J\" John Q.|~|a|b", "~|~|c|d"]),
            ("a@b (John (the) Doe)", ["John (the) Doe|~|a|b"]),
            ("(x) <a@b>", ["x|~|a|b"]),
            ("\"\" <a@b>", ["~|~|a|b"]),
            ("\"john doe\"@b", ["~|~|john doe|b"]),
            ("john . doe @ b . example", ["~|~|john.doe|b.example"]),
            ("a@[127.0.0.1]", ["~|~|a|[127.0.0.1]"]),
            ("=?utf-8?q?J=C3=B6rg?= <a@b>", ["=?utf-8?q?J=C3=B6rg?=|~|a|b"]),
            ("Jörg <jörg@bücher.example>", ["Jörg|~|jörg|bücher.example"]),
            ("<@a.example,@b.example:c@d>", ["~|@a.example,@b.example|c|d"]),
            ("A Group:Ed <e@x>,j@y,M <m@z>;", ["~|~|A Group|~", "Ed|~|e|x", "~|~|j|y", "M|~|m|z", "~|~|~|~"]),
            ("undisclosed-recipients:;", ["~|~|undisclosed-recipients|~", "~|~|~|~"]),
            ("g:a@b;, c@d", ["~|~|g|~", "~|~|a|b", "~|~|~|~", "~|~|c|d"]),
            // Malformed ones (RFC 7103 7.1)
            ("", []),
            (" , ;, ", []),
            ("<>", ["~|~||"]),
            ("root", ["~|~|root|"]),
            ("root (Cron Daemon)", ["Cron Daemon|~|root|"]),
            ("<<a@b>>", ["~|~|a|b"]),
            ("a@b <a@b>", ["a@b|~|a|b"]),
            ("John Doe a@b", ["John Doe|~|a|b"]),
            ("John <a@b, c@d", ["John|~|a|b", "~|~|c|d"]),
            ("a@b> , c@d", ["~|~|a|b>", "~|~|c|d"]),
            ("a@b c@d", ["~|~|a|b"]),
            ("\"open <a@b>", ["~|~|open <a@b>|"]),
            ("(open a@b", []),
            ("a@b (open", ["open|~|a|b"]),
            ("g: a@b", ["~|~|g|~", "~|~|a|b", "~|~|~|~"]),
            ("g: h: a@b; c@d;", ["~|~|g|~", "~|~|~|~", "~|~|h|~", "~|~|a|b", "~|~|~|~", "~|~|c|d"]),
            ("@b", ["~|~||b"]),
            ("a@", ["~|~|a|"]),
            ("a@b@c", ["~|~|a|b@c"]),
            (":", ["~|~||~", "~|~|~|~"]),
            ("\\", ["~|~|\\|"]),
        ])
    func addresses(_ field: String, _ expected: [String]) {
        #expect(outline(ParsedMessage(mail("To: \(field)", "", "")).envelope.to) == expected)
    }

    @Test("bounds the addresses, and closes the group all the same")
    func bound() {
        let limits = MessageLimits(addresses: 10)
        let list = "g:" + (0..<100).map { "u\($0)@x" }.joined(separator: ",")
        let to = ParsedMessage(mail("To: \(list)", "", ""), limits: limits).envelope.to
        #expect(to.count == 10)
        #expect(to.first?.isGroupStart == true && to.last?.isGroupEnd == true)
    }

    @Test("drops the address that the bound of a field cuts")
    func cut() {
        let to = ParsedMessage(mail("To: a@b, c@defghi", "", ""), limits: MessageLimits(field: 12)).envelope.to
        #expect(outline(to) == ["~|~|a|b"])
    }

    @Test("keeps no more text than the bound")
    func budget() {
        let message = mail("Subject: 123456", "Message-ID: 123456", "Date: 1234", "", "")
        let envelope = ParsedMessage(message, limits: MessageLimits(text: 10)).envelope
        #expect(envelope.subject == bytes("123456"))
        #expect(envelope.messageID?.count == 3)
        #expect(envelope.date == [])
    }
}
