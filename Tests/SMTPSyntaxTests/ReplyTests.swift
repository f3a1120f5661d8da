import Testing

@testable import SMTPSyntax

@Suite struct ReplyTests {
    private func wire(_ reply: Reply) -> String { String(decoding: reply.encoded, as: UTF8.self) }

    @Test(arguments: [
        (Reply(220, "mx.example.org LMTP"), "220 mx.example.org LMTP\r\n"),
        (Reply(250, EnhancedStatusCode(2, 1, 0), "Ok"), "250 2.1.0 Ok\r\n"),
        (Reply(250, lines: ["mx", "SIZE 10", "8BITMIME"]), "250-mx\r\n250-SIZE 10\r\n250 8BITMIME\r\n"),
        (Reply(214, EnhancedStatusCode(2, 0, 0), lines: ["a", "b"]), "214-2.0.0 a\r\n214 2.0.0 b\r\n"),
        (Reply(354, lines: []), "354 \r\n"),
    ])
    func encodes(reply: Reply, expected: String) {
        #expect(wire(reply) == expected)
    }

    @Test func cannotBeMadeToSayMore() {
        let hostile = "x\r\n250 2.0.0 Ok\n\r\u{0}\u{1B}[2J\u{7F}\u{85}\u{2028}\u{E9}"
        for reply in [Reply(550, EnhancedStatusCode(5, 1, 1), hostile), Reply(250, lines: [hostile, hostile])] {
            let bytes = reply.encoded
            let lines = wire(reply).split(separator: "\r\n", omittingEmptySubsequences: false)
            #expect(lines.count == max(1, reply.lines.count) + 1)
            #expect(bytes.allSatisfy { (0x20...0x7E).contains($0) || $0 == 0x0D || $0 == 0x0A })
        }
    }

    @Test func boundsEachLine() {
        let reply = Reply(550, EnhancedStatusCode(5, 1, 1), String(repeating: "x", count: 5_000))
        #expect(reply.encoded.count == Reply.longestLine)
    }
}

@Suite struct TraceFieldsTests {
    @Test func printsReturnPathAndReceived() {
        var fields = TraceFields(
            reversePath: .address(Address(localPart: "a b", domain: .name("example.org"))),
            client: .name("mx.example.org"), clientAddress: nil, server: "store.example.net",
            transmission: TransmissionType(dialect: .lmtp), id: "0199AB", receivedAt: TraceTime(secondsSinceEpoch: 0))
        #expect(
            fields.encoded == "Return-Path: <\"a b\"@example.org>\r\nReceived: from mx.example.org\r\n"
                + "\tby store.example.net with LMTP id 0199AB;\r\n\tThu, 1 Jan 1970 00:00:00 +0000\r\n")
        fields.reversePath = .null
        fields.clientAddress = .ipv4("192.0.2.1")
        fields.transmission = TransmissionType(dialect: .smtp, isEncrypted: true, isAuthenticated: true)
        #expect(
            fields.encoded == "Return-Path: <>\r\nReceived: from mx.example.org ([192.0.2.1])\r\n"
                + "\tby store.example.net with ESMTPSA id 0199AB;\r\n\tThu, 1 Jan 1970 00:00:00 +0000\r\n")
    }

    @Test(arguments: [
        (0, "Thu, 1 Jan 1970 00:00:00 +0000"),
        (951_782_399, "Mon, 28 Feb 2000 23:59:59 +0000"),
        (951_782_400, "Tue, 29 Feb 2000 00:00:00 +0000"),
        (951_868_800, "Wed, 1 Mar 2000 00:00:00 +0000"),
        (1_234_567_890, "Fri, 13 Feb 2009 23:31:30 +0000"),
        (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 +0000"),
        (4_107_542_400, "Mon, 1 Mar 2100 00:00:00 +0000"),
        (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 +0000"),
        (Int64.max, "Fri, 31 Dec 9999 23:59:59 +0000"),
        (-1, "Thu, 1 Jan 1970 00:00:00 +0000"),
    ])
    func printsTime(seconds: Int64, expected: String) {
        #expect(TraceTime(secondsSinceEpoch: seconds).encoded == expected)
    }

    @Test func namesTransmissionTypes() {
        #expect(TransmissionType(dialect: .lmtp).keyword == "LMTP")
        #expect(TransmissionType(dialect: .lmtp, isAuthenticated: true).keyword == "LMTPA")
        #expect(TransmissionType(dialect: .lmtp, isInternationalized: true).keyword == "UTF8LMTP")
        #expect(TransmissionType(dialect: .smtp).keyword == "ESMTP")
        #expect(TransmissionType(dialect: .smtp, isExtended: false).keyword == "SMTP")
        #expect(
            TransmissionType(
                dialect: .smtp, isEncrypted: true, isAuthenticated: true, isInternationalized: true
            ).keyword == "UTF8SMTPSA")
    }
}
