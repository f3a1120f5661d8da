// Messages and the trees they must give. Every one is also parsed in other chunks, coded, and checked for its ranges.

import Testing

/// A message and the outline of its parts.
struct StructureFixture: Sendable, CustomTestStringConvertible {
    let name: String
    let message: [UInt8]
    let outline: String

    var testDescription: String { name }

    init(_ name: String, _ message: [UInt8], _ outline: String...) {
        self.name = name
        self.message = message
        self.outline = outline.joined(separator: "\n")
    }

    static let all: [StructureFixture] = plain + multipart + brokenMultipart + embedded

    static let plain: [StructureFixture] = [
        .init("an empty message", [], "text/plain charset=us-ascii 0 ''"),
        .init("a blank line alone", mail("", ""), "text/plain charset=us-ascii 0 ''"),
        .init("only a header", mail("Subject: x", ""), "text/plain charset=us-ascii 0 ''"),
        .init("no line end at all", mail("Subject: x"), "text/plain charset=us-ascii 0 ''"),
        .init(
            "no MIME at all", mail("Subject: x", "", "one", "two", ""),
            "text/plain charset=us-ascii 2 'one\\r\\ntwo\\r\\n'"),
        .init("bare LF", bytes("Subject: x\n\none\ntwo"), "text/plain charset=us-ascii 1 'one\\ntwo'"),
        .init("bare CR ends no line", bytes("Subject: x\r\rone\rtwo"), "text/plain charset=us-ascii 0 ''"),
        .init("a blank line of CR in a header of LF", bytes("A: x\n\r\nb"), "text/plain charset=us-ascii 0 'b'"),
        .init(
            "a line of white space goes on with the field", mail("Content-Type: text/html", " ", "", "b"),
            "text/html 0 'b'"),
        .init(
            "a line that is no field is passed over", mail("garbage", "Content-Type: text/html", "", "b"),
            "text/html 0 'b'"),
        .init(
            "folding, comments, case and quoting",
            mail("CONTENT-TYPE: (a) TEXT (b(c)) / (d)", "\tHTML (e) ; (f) Charset (g) = \"u\\tf-8\"", "", "b"),
            "text/html charset=utf-8 0 'b'"),
        .init(
            "the topmost of two fields counts",
            mail("Content-Type: text/html", "Content-Type: image/gif", "", "b"), "text/html 0 'b'"),
        .init(
            "a type without a subtype counts as absent", mail("Content-Type: html; charset=x", "", "b"),
            "text/plain charset=us-ascii 0 'b'"),
        .init(
            "a charset is added to text/plain only", mail("Content-Type: text/plain; format=flowed", "", "b"),
            "text/plain format=flowed charset=us-ascii 0 'b'"),
        .init(
            "an unquoted value with specials, junk, and no value",
            mail("Content-Type: application/x; name=a[1]=?.pdf and more; n; =v; x=; y=\"open", "", "b"),
            "application/x name=a[1]=?.pdf x= y=open 0 'b'"),
        .init(
            "sections of a parameter are joined in order (RFC 2231 3)",
            mail("Content-Type: a/b; x*1=\"b c\"; y=1; x*0=a; z*1=lost; x*2=d", "", "b"),
            "a/b x=ab cd y=1 0 'b'"),
        .init(
            "extended sections keep the extended form (RFC 2231 4.1)",
            mail("Content-Type: a/b; title*0*=us-ascii'en'This%20is; title*1*=%2A%2A; title*2=\" it's\"", "", "b"),
            "a/b title*=us-ascii'en'This%20is%2A%2A%20it%27s 0 'b'"),
        .init(
            "an extended value passes as it is", mail("Content-Type: a/b; name*=utf-8''%e2%82%ac", "", "b"),
            "a/b name*=utf-8''%e2%82%ac 0 'b'"),
        .init(
            "the encoding is a token", mail("Content-Transfer-Encoding: (x) Base64; y", "", "b"),
            "text/plain charset=us-ascii [base64] 0 'b'"),
    ]

    static let multipart: [StructureFixture] = [
        .init(
            "preamble, two parts, epilogue",
            mail(
                "Content-Type: multipart/mixed; boundary=b", "", "pre", "--b", "", "one", "--b",
                "Content-Type: text/html", "", "two", "", "--b--", "epilogue", ""),
            "multipart/mixed boundary=b 11", "  text/plain charset=us-ascii 0 'one'", "  text/html 1 'two\\r\\n'"),
        .init(
            "bare LF before boundaries",
            bytes("Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\n\ntwo\r\n\n--b--"),
            "multipart/mixed boundary=b 7", "  text/plain charset=us-ascii 0 'one'",
            "  text/plain charset=us-ascii 1 'two\\r\\n'"),
        .init(
            "a nested multipart, its epilogue its own",
            mail(
                "Content-Type: multipart/mixed; boundary=o", "", "--o",
                "Content-Type: multipart/alternative; boundary=i",
                "", "--i", "", "one", "--i--", "inner", "--o", "", "two", "--o--", ""),
            "multipart/mixed boundary=o 12", "  multipart/alternative boundary=i 4",
            "    text/plain charset=us-ascii 0 'one'", "  text/plain charset=us-ascii 0 'two'"),
        .init(
            "the outer boundary ends an inner multipart that was not closed",
            mail(
                "Content-Type: multipart/mixed; boundary=o", "", "--o", "Content-Type: multipart/mixed; boundary=i", "",
                "--i", "", "one", "--o", "", "two"),
            "multipart/mixed boundary=o 8", "  multipart/mixed boundary=i 2", "    text/plain charset=us-ascii 0 'one'",
            "  text/plain charset=us-ascii 0 'two'"),
        .init(
            "the same boundary inside itself: the inner one first",
            mail(
                "Content-Type: multipart/mixed; boundary=b", "", "--b", "Content-Type: multipart/mixed; boundary=b", "",
                "--b", "", "one", "--b--", "--b", "", "two", "--b--"),
            "multipart/mixed boundary=b 10", "  multipart/mixed boundary=b 3",
            "    text/plain charset=us-ascii 0 'one'",
            "  text/plain charset=us-ascii 0 'two'"),
        .init(
            "a boundary that begins with the outer one",
            mail(
                "Content-Type: multipart/mixed; boundary=foo", "", "--foo",
                "Content-Type: multipart/mixed; boundary=foobar",
                "", "--foobar", "", "one", "--foobar", "", "two", "--foobar--", "--foo", "", "three", "--foo--"),
            "multipart/mixed boundary=foo 13", "  multipart/mixed boundary=foobar 6",
            "    text/plain charset=us-ascii 0 'one'", "    text/plain charset=us-ascii 0 'two'",
            "  text/plain charset=us-ascii 0 'three'"),
        .init(
            "a boundary that the outer one begins with",
            mail(
                "Content-Type: multipart/mixed; boundary=foobar", "", "--foobar",
                "Content-Type: multipart/mixed; boundary=foo", "", "--foo", "", "one", "--foobar--"),
            "multipart/mixed boundary=foobar 6", "  multipart/mixed boundary=foo 2",
            "    text/plain charset=us-ascii 0 'one'"),
        .init(
            "boundaries that differ in two hyphens at their end",
            mail(
                "Content-Type: multipart/mixed; boundary=a", "", "--a", "Content-Type: multipart/mixed; boundary=a--",
                "",
                "--a--", "", "one", "--a----", "--a", "", "two", "--a--"),
            "multipart/mixed boundary=a 10", "  multipart/mixed boundary=a-- 3",
            "    text/plain charset=us-ascii 0 'one'",
            "  text/plain charset=us-ascii 0 'two'"),
        .init(
            "white space behind a boundary, in the line and in the parameter",
            mail("Content-Type: multipart/mixed; boundary=\"b \"", "", "--b \t", "", "one", "--b-- x"),
            "multipart/mixed boundary=b  3", "  text/plain charset=us-ascii 0 'one'"),
        .init(
            "a line that only begins with the boundary is content",
            mail("Content-Type: multipart/mixed; boundary=b", "", "--b", "", "--bc", "-", "--", "--b--"),
            "multipart/mixed boundary=b 5", "  text/plain charset=us-ascii 2 '--bc\\r\\n-\\r\\n--'"),
        .init(
            "after its close delimiter a boundary means nothing",
            mail("Content-Type: multipart/mixed; boundary=b", "", "--b", "", "one", "--b--", "--b", "", "two"),
            "multipart/mixed boundary=b 6", "  text/plain charset=us-ascii 0 'one'"),
        .init(
            "a digest's parts are messages unless they say otherwise (RFC 2046 5.1.5)",
            mail(
                "Content-Type: multipart/digest; boundary=b", "", "--b", "", "Subject: one", "", "body", "--b",
                "Content-Type: text/plain", "", "two", "--b--"),
            "multipart/digest boundary=b 9", "  message/rfc822 2 subject=one",
            "    text/plain charset=us-ascii 0 'body'",
            "  text/plain charset=us-ascii 0 'two'"),
    ]

    static let brokenMultipart: [StructureFixture] = [
        .init(
            "no boundary parameter", mail("Content-Type: multipart/mixed", "", "--", "", "one"),
            "multipart/mixed 2", "  text/plain charset=us-ascii 0 ''"),
        .init(
            "an empty boundary", mail("Content-Type: multipart/mixed; boundary=\"\"", "", "--", "", "one"),
            "multipart/mixed boundary= 2", "  text/plain charset=us-ascii 0 ''"),
        .init(
            "no line with the boundary", mail("Content-Type: multipart/mixed; boundary=b", "", "one"),
            "multipart/mixed boundary=b 0", "  text/plain charset=us-ascii 0 ''"),
        .init(
            "only a close delimiter", mail("Content-Type: multipart/mixed; boundary=b", "", "--b--", ""),
            "multipart/mixed boundary=b 1", "  text/plain charset=us-ascii 0 ''"),
        .init(
            "a multipart that ends in its header", mail("Content-Type: multipart/mixed; boundary=b"),
            "multipart/mixed boundary=b 0", "  text/plain charset=us-ascii 0 ''"),
        .init(
            "a multipart that is not closed",
            mail("Content-Type: multipart/mixed; boundary=b", "", "--b", "", "one", ""),
            "multipart/mixed boundary=b 3", "  text/plain charset=us-ascii 1 'one\\r\\n'"),
        .init(
            "a delimiter where the message ends",
            mail("Content-Type: multipart/mixed; boundary=b", "", "--b", "", "one", "--b"),
            "multipart/mixed boundary=b 3", "  text/plain charset=us-ascii 0 'one'",
            "  text/plain charset=us-ascii 0 ''"),
        .init(
            "parts without header, blank line or body",
            mail(
                "Content-Type: multipart/mixed; boundary=b", "", "--b", "--b", "", "--b", "Content-Type: text/html",
                "--b", "Content-Type: text/html", "", "--b", "", "", "--b--"),
            "multipart/mixed boundary=b 11", "  text/plain charset=us-ascii 0 ''", "  text/plain charset=us-ascii 0 ''",
            "  text/html 0 ''", "  text/html 0 ''", "  text/plain charset=us-ascii 0 ''"),
        .init(
            "a multipart with an encoding it may not have is read all the same",
            mail(
                "Content-Type: multipart/mixed; boundary=b", "Content-Transfer-Encoding: base64", "", "--b", "", "one",
                "--b--"),
            "multipart/mixed boundary=b [base64] 3", "  text/plain charset=us-ascii 0 'one'"),
        .init(
            "a boundary longer than the limit is none",
            mail("Content-Type: multipart/mixed; boundary=" + String(repeating: "b", count: 251), "", "one"),
            "multipart/mixed boundary=" + String(repeating: "b", count: 251) + " 0",
            "  text/plain charset=us-ascii 0 ''"),
    ]

    static let embedded: [StructureFixture] = [
        .init(
            "the message itself is a message/rfc822",
            mail("Content-Type: message/rfc822", "", "Subject: in", "", "body", ""),
            "message/rfc822 3 subject=in", "  text/plain charset=us-ascii 1 'body\\r\\n'"),
        .init(
            "a message in a message in a message",
            mail(
                "Content-Type: message/rfc822", "", "Content-Type: message/global", "Subject: in", "", "Subject: inner",
                "", "x"),
            "message/rfc822 5 subject=in", "  message/global 2 subject=inner", "    text/plain charset=us-ascii 0 'x'"),
        .init(
            "an encoded message is opaque",
            mail(
                "Content-Type: message/rfc822; name=x", "Content-Transfer-Encoding: base64", "", "U3ViamVjdDogeA==", ""),
            "application/octet-stream name=x [base64] 1 'U3ViamVjdDogeA==\\r\\n'"),
        .init(
            "a multipart in a message in a multipart",
            mail(
                "Content-Type: multipart/mixed; boundary=o", "", "--o", "Content-Type: message/rfc822", "",
                "Subject: in", "Content-Type: multipart/mixed; boundary=i", "", "--i", "", "one", "--i--", "", "--o--"),
            "multipart/mixed boundary=o 11", "  message/rfc822 7 subject=in", "    multipart/mixed boundary=i 4",
            "      text/plain charset=us-ascii 0 'one'"),
        .init(
            "an empty message in a part",
            mail("Content-Type: multipart/mixed; boundary=b", "", "--b", "Content-Type: message/rfc822", "", "--b--"),
            "multipart/mixed boundary=b 3", "  message/rfc822 0", "    text/plain charset=us-ascii 0 ''"),
        .init(
            "a message cut short in the header of its part",
            mail("Content-Type: multipart/mixed; boundary=b", "", "--b", "Content-Type: message/rfc822", "--b--"),
            "multipart/mixed boundary=b 2", "  message/rfc822 0", "    text/plain charset=us-ascii 0 ''"),
        .init(
            "a message cut short in its header",
            mail(
                "Content-Type: multipart/mixed; boundary=b", "", "--b", "Content-Type: message/rfc822", "",
                "Subject: in", "Content-Type: multipart/mixed; boundary=i", "", "--b--"),
            "multipart/mixed boundary=b 6", "  message/rfc822 2 subject=in",
            "    multipart/mixed boundary=i 0", "      text/plain charset=us-ascii 0 ''"),
        .init(
            "other message types are leaves",
            mail("Content-Type: message/delivery-status", "", "Reporting-MTA: x", ""),
            "message/delivery-status 1 'Reporting-MTA: x\\r\\n'"),
    ]
}
