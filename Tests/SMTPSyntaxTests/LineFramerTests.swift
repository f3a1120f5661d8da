import Testing

@testable import SMTPSyntax

/// What came out of a stream, in order.
enum Framed: Equatable {
    case line(String)
    case bareLineFeed
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
            case .line(let length):
                result.append(.line(String(decoding: buffer.prefix(length), as: UTF8.self)))
                buffer.removeFirst(length + 2)
            case .bareLineFeed(let consumed):
                result.append(.bareLineFeed)
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
        ("A\r\nB\r\nC", [.line("A"), .line("B")]),
        ("A\nB\r\n", [.bareLineFeed, .line("B")]),
        ("\n", [.bareLineFeed]),
        ("A\rB\r\n", [.line("A\rB")]),
        ("A\r\r\n", [.line("A\r")]),
        ("12345678\r\nA\r\n", [.line("12345678"), .line("A")]),
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

    @Test func countsChunks() {
        var chunk = ChunkCounter(size: 10, isLast: true)
        #expect(chunk.take(available: 4) == 4)
        #expect(chunk.take(available: 0) == 0)
        #expect(!chunk.isComplete)
        #expect(chunk.take(available: 40) == 6)
        #expect(chunk.isComplete && chunk.isLast)
        #expect(chunk.take(available: 40) == 0)
        #expect(ChunkCounter(size: 0, isLast: false).isComplete)
        var huge = ChunkCounter(size: .max, isLast: false)
        #expect(huge.take(available: .max) == .max)
    }
}
