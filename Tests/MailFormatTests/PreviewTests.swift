import Testing

@testable import MailFormat

@Suite struct PreviewTests {
    /// A message with a header, its lines ending as they do on the wire.
    private func preview(_ lines: String...) -> String {
        ParsedMessage(Array(lines.joined(separator: "\r\n").utf8)).preview
    }

    @Test func isTheBeginningOfThePlainText() {
        #expect(preview("Subject: x", "", "One\ttwo ", "", "  three") == "One two three")
        #expect(preview("Subject: x", "") == "")
        #expect(preview("", "a\u{0}b\u{200B}c\u{FEFF}\u{AD}d \u{200C}\u{34F} e") == "abcd e")
        #expect(preview("", "> only", "> quoted", "-- ", "x") == "> only > quoted -- x")
        #expect(preview("", "> quoted", "own", "-- ", "me") == "own")
    }

    @Test func isAtMostTwoHundredCharacters() {
        let long = preview("Content-Type: text/plain; charset=utf-8", "", String(repeating: "äé ", count: 1000))
        #expect(long.unicodeScalars.count == 200)
        #expect(long.hasPrefix("äé äé"))
        #expect(preview("", String(repeating: "x", count: 100_000)).unicodeScalars.count == 200)
    }

    @Test func readsTransferEncodingAndCharset() {
        let type = "Content-Type: text/plain; charset="
        #expect(
            preview(type + "iso-8859-1", "Content-Transfer-Encoding: quoted-printable", "", "caf=E9 =3D") == "café =")
        #expect(preview(type + "utf-8", "Content-Transfer-Encoding: base64", "", "R3LDvMOfZQ==") == "Grüße")
        #expect(preview(type + "koi8-r", "Content-Transfer-Encoding: base64", "", "8NLJ18XU") == "Привет")
        #expect(preview(type + "unknown-8bit", "", "as it is") == "as it is")
    }

    @Test func choosesThePart() {
        func parts(_ parts: [String], _ kind: String = "mixed") -> String {
            preview(
                "Content-Type: multipart/\(kind); boundary=b", "", "preamble", "--b",
                parts.joined(separator: "\r\n--b\r\n"),
                "--b--", "epilogue")
        }
        let plain = "Content-Type: text/plain\r\n\r\nplain"
        let html = "Content-Type: text/html\r\n\r\n<p>html</p>"
        let attached = "Content-Disposition: attachment\r\n\r\nattached"
        let message = "Content-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\ninner"
        #expect(parts([html, plain], "alternative") == "plain")
        #expect(parts([plain, html], "alternative") == "plain")
        #expect(parts(["Content-Type: text/plain\r\n\r\n \r\n", html], "alternative") == "html")
        #expect(parts([attached, html]) == "html")
        #expect(parts([message, attached]) == "")
        #expect(parts([message, plain]) == "plain")
        #expect(parts(["Content-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR"]) == "")
    }

    @Test(
        arguments: [
            ("<p>one</p>two<br>three", "one two three"),
            ("<b>w</b>ord <a href='x>y'>link</a>", "word link"),
            ("<!-- no --><title>no</title><style>no</style><script>no</script >yes", "yes"),
            ("<head>no</head><body>yes", "yes"),
            ("<head><body>yes", "yes"),
            ("a &lt; b &amp;amp; &#x41;&#66; &nbsp;&unknown; &", "a < b &amp; AB &unknown; &"),
            ("1 < 2 <3", "1 < 2 <3"),
            ("&#xD800;&#0;x", "&#xD800;x"),
            ("<style>never ends", ""),
            ("<!-- never ends", ""),
            ("<p never ends", ""),
            ("<?xml version='1.0'?><!DOCTYPE html>x", "x"),
        ])
    func readsHTML(_ html: String, _ text: String) {
        #expect(preview("Content-Type: text/html", "", html) == text)
    }

    @Test(arguments: ["<head>", "<title>", "<!", "&", "<a '", "</"])
    func hostileHTMLCostsLinearTime(_ piece: String) {
        _ = preview("Content-Type: text/html", "", String(repeating: piece, count: 30_000))
    }

    /// What is made from the stored structure is what was made while the message came in.
    @Test func isTheSameAfterwards() throws {
        let message = Array(
            """
            Content-Type: multipart/mixed; boundary=b

            --b
            Content-Type: multipart/alternative; boundary=c

            --c
            Content-Type: text/html

            <p>words</p>
            --c--
            --b--

            """.utf8)
        let parsed = ParsedMessage(message)
        let part = try #require(parsed.structure.previewParts.first)
        let body = Array(message[Int(part.body.lowerBound)..<Int(part.body.upperBound)])
        #expect(PreviewSample(part, body).preview == "words")
        #expect(parsed.preview == "words")
    }
}
