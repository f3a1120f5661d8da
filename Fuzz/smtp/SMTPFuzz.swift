// SMTPSyntax: lines, commands, and the message after DATA. However a client's bytes are cut, the same comes of them.

import SMTPSyntax

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    var input = Array(UnsafeBufferPointer(start: start, count: count))
    guard let choice = input.popLast() else { return 0 }
    let pieces = Int(choice % 5) + 1
    precondition(content(input, pieces: max(1, input.count)) == content(input, pieces: pieces))
    precondition(lines(input, pieces: max(1, input.count)) == lines(input, pieces: pieces))
    let dialect = choice & 0x80 == 0 ? Dialect.smtp : .lmtp
    let parser = CommandParser(dialect: dialect, offered: Set(ServiceExtension.allCases))
    for line in lines(input, pieces: max(1, input.count)) { _ = try? parser.parse(line) }
    return 0
}

/// The lines that are none too long.
private func lines(_ input: [UInt8], pieces: Int) -> [[UInt8]] {
    var framer = LineFramer(limit: 512)
    var waiting: [UInt8] = []
    var rest = input[...]
    var lines: [[UInt8]] = []
    while !rest.isEmpty {
        waiting += rest.prefix(pieces)
        rest = rest.dropFirst(pieces)
        while let event = framer.next(in: waiting.span) {
            switch event {
            case .line(let length):
                lines.append(Array(waiting.prefix(length)))
                waiting.removeFirst(length + 2)
            case .bareLineFeed(let consumed), .tooLong(let consumed), .skip(let consumed):
                precondition(consumed > 0)
                waiting.removeFirst(consumed)
            }
        }
        precondition(waiting.count <= 520, "a line without bound")
    }
    return lines
}

/// The message, and whether it has ended.
private func content(_ input: [UInt8], pieces: Int) -> [UInt8] {
    var decoder = DataDecoder()
    var content: [UInt8] = []
    var rest = input[...]
    while !rest.isEmpty, !decoder.hasEnded {
        let piece = Array(rest.prefix(pieces))
        rest = rest.dropFirst(pieces)
        var position = 0
        while let event = decoder.next(in: piece.span, at: &position) {
            switch event {
            case .content(let range): content += piece[range]
            case .carriageReturn: content.append(0x0D)
            case .end: content.append(0)
            }
            if decoder.hasEnded { break }
        }
    }
    return content
}
