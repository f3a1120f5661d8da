import Testing

@testable import POP3Syntax

/// What came out of a stream, in order.
enum Framed: Equatable {
    case line(String)
    case tooLong
}

/// Frames a stream whose pieces have `size` bytes, as a caller with a buffer does.
func framed(_ stream: String, limit: Int, size: Int) -> [Framed] {
    var framer = LineFramer(limit: limit)
    var buffer: [UInt8] = []
    var result: [Framed] = []
    var stream = Array(stream.utf8)[...]
    while !stream.isEmpty {
        buffer += stream.prefix(size)
        stream = stream.dropFirst(size)
        while let event = framer.next(in: buffer.span) {
            switch event {
            case .line(let length, let consumed):
                result.append(.line(String(decoding: buffer.prefix(length), as: UTF8.self)))
                buffer.removeFirst(consumed)
            case .tooLong(let consumed):
                result.append(.tooLong)
                buffer.removeFirst(consumed)
            case .skip(let count):
                buffer.removeFirst(count)
            }
        }
    }
    return result
}

@Suite struct LineFramerTests {
    static let streams: [(stream: String, events: [Framed])] = [
        ("", []),
        ("NOOP", []),
        ("NOOP\r", []),
        ("NOOP\r\n", [.line("NOOP")]),
        ("\r\n", [.line("")]),
        ("\n", [.line("")]),
        ("A\r\nB\r\nC", [.line("A"), .line("B")]),
        ("A\nB\r\n", [.line("A"), .line("B")]),
        ("A\rB\r\n", [.line("A\rB")]),
        ("A\r\r\n", [.line("A\r")]),
        ("12345678\r\nA\r\n", [.line("12345678"), .line("A")]),
        ("12345678\nA\n", [.line("12345678"), .line("A")]),
        ("123456789\r\nA\r\n", [.tooLong, .line("A")]),
        ("123456789\nA\r\n", [.tooLong, .line("A")]),
        ("1234567890123456789012345\r\nA\r\n", [.tooLong, .line("A")]),
        ("1234567890123456789012345\nA\r\n", [.tooLong, .line("A")]),
    ]

    @Test(arguments: streams)
    func framesAtEveryPieceSize(stream: String, events: [Framed]) {
        for size in 1...max(1, stream.utf8.count) {
            #expect(framed(stream, limit: 8, size: size) == events, "pieces of \(size)")
        }
    }

    @Test func beginsAnewAfterAReset() {
        var framer = LineFramer(limit: 8)
        let before = Array("1234567890".utf8)
        #expect(framer.next(in: before.span) == .tooLong(consumed: 10))
        framer.reset()
        let after = Array("NOOP\r\n".utf8)
        #expect(framer.next(in: after.span) == .line(length: 4, consumed: 6))
    }
}
