import Testing

@testable import POP3Syntax

@Suite struct EncoderTests {
    static let replies: [(reply: Reply, line: String)] = [
        (.ok(), "+OK\r\n"),
        (.ok("2 320"), "+OK 2 320\r\n"),
        (.error("No such message"), "-ERR No such message\r\n"),
        (.error("Later", .temporary), "-ERR [SYS/TEMP] Later\r\n"),
        (.error("", .permanent), "-ERR [SYS/PERM]\r\n"),
        (.error("Wrong", .auth), "-ERR [AUTH] Wrong\r\n"),
        (.error("Wait", .loginDelay), "-ERR [LOGIN-DELAY] Wait\r\n"),
        (.ok("a\r\n+OK b"), "+OK a??+OK b\r\n"),
        (.ok("caf\u{E9}"), "+OK caf??\r\n"),
        (.error("[IN-USE] forged"), "-ERR ?IN-USE] forged\r\n"),
        (.ok(String(repeating: "x", count: 600)), "+OK \(String(repeating: "x", count: 506))\r\n"),
    ]

    @Test(arguments: replies)
    func encodes(reply: Reply, line: String) {
        #expect(String(decoding: reply.encoded, as: UTF8.self) == line)
        #expect(reply.encoded.count <= Reply.longestLine)
    }

    static let messages: [(message: String, sent: String)] = [
        ("", ".\r\n"),
        ("a\r\n", "a\r\n.\r\n"),
        ("a", "a\r\n.\r\n"),
        ("a\r", "a\r\r\n.\r\n"),
        ("a\n", "a\n\r\n.\r\n"),
        ("\r\n", "\r\n.\r\n"),
        ("\n", "\n\r\n.\r\n"),
        (".", "..\r\n.\r\n"),
        (".\r\n", "..\r\n.\r\n"),
        ("..\r\n", "...\r\n.\r\n"),
        ("a.b\r\n.c\r\n", "a.b\r\n..c\r\n.\r\n"),
        ("a\r\n.\r\nb\r\n", "a\r\n..\r\nb\r\n.\r\n"),
        ("a\n.\r\n+OK forged\r\n", "a\n..\r\n+OK forged\r\n.\r\n"),
        ("a\r.\r\nb\r\n", "a\r.\r\nb\r\n.\r\n"),
        ("\r\n.\r\n.\r\n", "\r\n..\r\n..\r\n.\r\n"),
    ]

    @Test(arguments: messages)
    func stuffsAtEverySplit(message: String, sent: String) {
        let bytes = Array(message.utf8)
        for first in 0...bytes.count {
            for second in first...bytes.count {
                var stuffing = DotStuffing()
                var out: [UInt8] = []
                for piece in [bytes[..<first], bytes[first..<second], bytes[second...]] {
                    stuffing.append(piece, to: &out)
                }
                stuffing.finish(into: &out)
                #expect(String(decoding: out, as: UTF8.self) == sent, "split at \(first) and \(second)")
            }
        }
    }

    static let tops: [(message: String, header: UInt64, lines: UInt64, shown: String)] = [
        ("A: b\r\n\r\none\r\ntwo\r\n", 8, 0, "A: b\r\n\r\n"),
        ("A: b\r\n\r\none\r\ntwo\r\n", 8, 1, "A: b\r\n\r\none\r\n"),
        ("A: b\r\n\r\none\r\ntwo\r\n", 8, 2, "A: b\r\n\r\none\r\ntwo\r\n"),
        ("A: b\r\n\r\none\r\ntwo", 8, .max, "A: b\r\n\r\none\r\ntwo"),
        ("A: b\r\n\r\n\r\n\r\ntwo", 8, 1, "A: b\r\n\r\n\r\n"),
        ("A: b\r\n", 6, 3, "A: b\r\n"),
        ("no header", 0, 1, "no header"),
        ("", 0, 1, ""),
    ]

    @Test(arguments: tops)
    func cutsAtEverySplit(message: String, header: UInt64, lines: UInt64, shown: String) {
        let bytes = Array(message.utf8)
        for split in 0...bytes.count {
            var counter = TopCounter(headerSize: header, lines: lines)
            var out: [UInt8] = []
            for piece in [Array(bytes[..<split]), Array(bytes[split...])] {
                out += piece.prefix(counter.take(piece))
            }
            #expect(String(decoding: out, as: UTF8.self) == shown, "split at \(split)")
        }
    }
}
