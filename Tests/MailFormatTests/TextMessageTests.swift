// What a program says becomes a message that says it, and nothing more.

import Testing

@testable import MailFormat

@Suite struct TextMessageTests {
    private func message(
        from: String = "a@example.com", to: [String] = ["b@example.com"], subject: String = "", body: String = ""
    ) throws -> TextMessage {
        TextMessage(
            from: try #require(TextMessage.Mailbox(from)), to: try to.map { try #require(TextMessage.Mailbox($0)) },
            subject: subject, body: body, date: "Tue, 24 Nov 2026 21:00:55 +0000", messageID: "1@example.com")
    }

    @Test func isWrittenOutWhole() throws {
        let text = try message(from: "A \"q\" <a@example.com>", subject: "Hello", body: "one\ntwo\r\nthree\rfour")
            .encoded
        #expect(
            String(decoding: text, as: UTF8.self) == """
                From: "A q" <a@example.com>\r
                To: b@example.com\r
                Subject: Hello\r
                Date: Tue, 24 Nov 2026 21:00:55 +0000\r
                Message-ID: <1@example.com>\r
                MIME-Version: 1.0\r
                Content-Type: text/plain; charset=us-ascii\r
                Content-Transfer-Encoding: 7bit\r
                \r
                one\r
                two\r
                three\r
                four\r

                """)
    }

    @Test(arguments: [
        "", " ", "x", " blank at the start", "and at the end ", "Grüße", "=?utf-8?q?x?=", "a\r\nBcc: c@example.com",
        "\0",
        String(repeating: "long ", count: 100), String(repeating: "x", count: 3000),
        String(repeating: "日本語", count: 60), "tab\tin it", "👩‍👩‍👧‍👦 family",
    ])
    func aSubjectIsReadAsItWasSaid(subject: String) throws {
        let encoded = try message(subject: subject).encoded
        #expect(encoded.allSatisfy { $0 < 0x80 })
        let header = HeaderBlock(encoded)
        #expect(header.values(of: "Bcc").isEmpty)
        let value = try #require(header.values(of: "Subject").first)
        #expect(EncodedWord.decode(value) == subject)
        let lines = String(decoding: encoded, as: UTF8.self).split(separator: "\r\n", omittingEmptySubsequences: false)
        #expect(lines.allSatisfy { $0.utf8.count <= 998 })
    }

    @Test(arguments: [
        ("plain\n", "7bit"), ("caf\u{E9} and much more of what is plain\n", "quoted-printable"),
        ("日本語\n", "base64"), ("trailing blank \n", "7bit"), (String(repeating: "x", count: 999), "quoted-printable"),
        ("é = é, and some more words to make it the lesser part \t\n.\n..\n", "quoted-printable"), ("", "7bit"),
    ])
    func aBodyIsReadAsItWasSaid(body: String, encoding: String) throws {
        let encoded = try message(body: body).encoded
        let parsed = ParsedMessage(encoded)
        #expect(parsed.structure.encoding == encoding)
        #expect(encoded.allSatisfy { $0 < 0x80 })
        var decoder = TransferDecoder(try #require(TransferEncoding(parsed.structure.encoding)))
        let range = parsed.structure.body
        var text = decoder.feed(encoded[Int(range.lowerBound)..<Int(range.upperBound)].span.bytes)
        text += decoder.finish()
        let expected = body.replacing("\n", with: "\r\n")
        #expect(
            String(decoding: text, as: UTF8.self)
                == (expected.isEmpty || body.hasSuffix("\n") ? expected : expected + "\r\n"))
        let lines = encoded.split(separator: 10)
        #expect(lines.allSatisfy { $0.count <= (encoding == "7bit" ? 999 : 77) })
    }

    @Test(arguments: [
        "", "a", "a@", "@b", "a@b, c@d", "group: a@b;", "a@exämple.com", "é@b", "a@b\r\nRCPT TO:<c@d>", "<>",
    ])
    func whatIsNoAddressIsRefused(text: String) {
        #expect(TextMessage.Mailbox(text) == nil)
    }

    @Test(arguments: ["Jörg", "a \"quoted\" one", "back\\slash", "Doe, John", "日本語の名前はとても長いこともあります"])
    func aNameIsReadAsItWasSaid(name: String) throws {
        let escaped = name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        let encoded = try message(from: "\"\(escaped)\" <a@example.com>").encoded
        let from = try #require(ParsedMessage(encoded).envelope.from.first)
        #expect(from.name.map { EncodedWord.decode($0) } == name)
        #expect(from.mailbox == Array("a".utf8))
    }
}
