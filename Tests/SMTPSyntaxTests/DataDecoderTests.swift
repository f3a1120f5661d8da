import Testing

@testable import SMTPSyntax

/// What a decoder made of a stream: the message, and what was left after its end.
struct DecodedData: Equatable {
    var message: [UInt8] = []
    var hasEnded = false
    var rest: [UInt8] = []

    /// Feeds the stream cut at the given offsets.
    init(_ stream: [UInt8], cutAt cuts: [Int] = []) {
        var decoder = DataDecoder()
        var from = 0
        for cut in cuts + [stream.count] {
            let piece = Array(stream[from..<cut])
            from = cut
            var position = 0
            while let event = decoder.next(in: piece.span, at: &position) {
                switch event {
                case .content(let range): message += piece[range]
                case .carriageReturn: message.append(0x0D)
                case .end: hasEnded = true
                }
            }
            if decoder.hasEnded { rest += piece[position...] }
        }
    }
}

/// Dot-stuffing as a client does it (RFC 5321 section 4.5.2), where only CRLF begins a line.
func dotStuffed(_ message: [UInt8]) -> [UInt8] {
    var stuffed: [UInt8] = []
    for (index, byte) in message.enumerated() {
        let isLineStart = index == 0 || (index >= 2 && message[index - 2] == 0x0D && message[index - 1] == 0x0A)
        if byte == UInt8(ascii: "."), isLineStart { stuffed.append(byte) }
        stuffed.append(byte)
    }
    return stuffed
}

@Suite struct DataDecoderTests {
    /// A stream, the message in it when it ends, and what follows.
    static let whole: [(stream: String, message: String, rest: String)] = [
        (".\r\n", "", ""),
        ("a\r\n.\r\n", "a\r\n", ""),
        ("a\r\n.\r\nQUIT\r\n", "a\r\n", "QUIT\r\n"),
        ("\r\n.\r\n", "\r\n", ""),
        ("..\r\n.\r\n", ".\r\n", ""),
        ("...a\r\n.\r\n", "..a\r\n", ""),
        (".a\r\n.\r\n", "a\r\n", ""),
        ("a\r\n..\r\n\r\n..b\r\n.\r\n", "a\r\n.\r\n\r\n.b\r\n", ""),
        ("trailing  \t\r\n\r\n\r\n.\r\n", "trailing  \t\r\n\r\n\r\n", ""),
        ("nul\0 and \u{E9}\r\n.\r\n", "nul\0 and \u{E9}\r\n", ""),
        ("a.b.\r\n.\r\n", "a.b.\r\n", ""),
        ("a\r\n.\r\n.\r\n", "a\r\n", ".\r\n"),
    ]

    /// Sequences that some servers take for the end of a message (SMTP smuggling), each between two lines and before
    /// a true end. All are content; only a dot that stands first after CRLF is undone.
    static let smuggling: [(sequence: String, content: String)] = [
        ("\n.\n", "\n.\n"),
        ("\n.\r\n", "\n.\r\n"),
        ("\r.\r", "\r.\r"),
        ("\r.\r\n", "\r.\r\n"),
        ("\r.\n", "\r.\n"),
        ("\n.\r", "\n.\r"),
        ("\r\n.\n", "\r\n\n"),
        ("\r\n.\r", "\r\n\r"),
        ("\r\n.\r\r\n", "\r\n\r\r\n"),
        ("\r\n.\n\r\n", "\r\n\n\r\n"),
        ("\r\n.\0\r\n", "\r\n\0\r\n"),
        ("\r\n\0.\r\n", "\r\n\0.\r\n"),
        ("\r\n .\r\n", "\r\n .\r\n"),
        ("\r\n. \r\n", "\r\n \r\n"),
        ("\r\n..\r\n", "\r\n.\r\n"),
        ("\r\r\n.\r\r\n", "\r\r\n\r\r\n"),
        ("\n\n.\n\n", "\n\n.\n\n"),
        ("\n\r.\n\r", "\n\r.\n\r"),
        ("\r\n.\r.\r\n", "\r\n\r.\r\n"),
    ]

    @Test(arguments: whole)
    func endsAtTheEnd(stream: String, message: String, rest: String) {
        expectEverywhere(Array(stream.utf8), message: Array(message.utf8), rest: Array(rest.utf8))
    }

    @Test(arguments: smuggling)
    func neverEndsElsewhere(sequence: String, content: String) {
        let stream = "first\(sequence)MAIL FROM:<evil@example.org>\r\n.\r\nQUIT\r\n"
        let message = "first\(content)MAIL FROM:<evil@example.org>\r\n"
        expectEverywhere(Array(stream.utf8), message: Array(message.utf8), rest: Array("QUIT\r\n".utf8))
    }

    @Test(arguments: ["", "a", "a\r", "a\r\n", "a\r\n.", "a\r\n.\r", ".", ".\r"])
    func waitsForMore(stream: String) {
        #expect(!DecodedData(Array(stream.utf8)).hasEnded)
    }

    /// Every message over the bytes that matter, up to seven long, stuffed, decoded whole and byte by byte.
    @Test func undoesStuffingOfEveryShortMessage() {
        let alphabet: [UInt8] = [0x0D, 0x0A, UInt8(ascii: "."), UInt8(ascii: "x")]
        var failures: [[UInt8]] = []
        for length in 0...7 {
            for number in 0..<(1 << (2 * length)) {
                let body = (0..<length).map { alphabet[number >> (2 * $0) & 3] }
                let message = body + [0x0D, 0x0A]
                let stream = dotStuffed(message) + Array(".\r\n".utf8)
                let bytewise = DecodedData(stream, cutAt: Array(1..<stream.count))
                if !bytewise.hasEnded || bytewise.message != message || bytewise != DecodedData(stream) {
                    failures.append(body)
                }
            }
        }
        #expect(failures.isEmpty)
    }

    /// A long message comes as few ranges, not as one a line.
    @Test func reportsLongRuns() {
        let piece = Array(String(repeating: "0123456789\r\n", count: 1_000).utf8)
        var decoder = DataDecoder()
        var position = 0
        #expect(decoder.next(in: piece.span, at: &position) == .content(0..<piece.count))
        #expect(decoder.next(in: piece.span, at: &position) == nil)
    }

    private func expectEverywhere(_ stream: [UInt8], message: [UInt8], rest: [UInt8]) {
        var streams = [DecodedData(stream), DecodedData(stream, cutAt: Array(1..<stream.count))]
        for first in 0...stream.count {
            for second in first...stream.count { streams.append(DecodedData(stream, cutAt: [first, second])) }
        }
        for decoded in streams {
            guard decoded.hasEnded, decoded.message == message, decoded.rest == rest else {
                Issue.record("decoded as \(decoded)")
                return
            }
        }
    }
}
