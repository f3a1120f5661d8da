// POP3Syntax: lines, commands, and the dots of a message. However the bytes are cut, the same comes of them.

import POP3Syntax

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    var input = Array(UnsafeBufferPointer(start: start, count: count))
    guard let choice = input.popLast() else { return 0 }
    let pieces = Int(choice % 5) + 1
    let whole = max(1, input.count)
    precondition(stuffed(input, pieces: whole) == stuffed(input, pieces: pieces))
    let lines = found(input, pieces: whole)
    precondition(lines == found(input, pieces: pieces))
    for line in lines { _ = try? CommandParser().parse(line) }
    return 0
}

/// The lines that are none too long.
private func found(_ input: [UInt8], pieces: Int) -> [[UInt8]] {
    var framer = LineFramer(limit: 512)
    var waiting: [UInt8] = []
    var rest = input[...]
    var lines: [[UInt8]] = []
    while !rest.isEmpty {
        waiting += rest.prefix(pieces)
        rest = rest.dropFirst(pieces)
        while let event = framer.next(in: waiting.span) {
            switch event {
            case .line(let length, let consumed):
                lines.append(Array(waiting.prefix(length)))
                waiting.removeFirst(consumed)
            case .tooLong(let consumed), .skip(let consumed):
                precondition(consumed > 0)
                waiting.removeFirst(consumed)
            }
        }
        precondition(waiting.count <= 520, "a line without bound")
    }
    return lines
}

/// The message as a client is sent it. No line of it but the last is a dot.
private func stuffed(_ input: [UInt8], pieces: Int) -> [UInt8] {
    var stuffing = DotStuffing()
    var bytes: [UInt8] = []
    var rest = input[...]
    while !rest.isEmpty {
        stuffing.append(rest.prefix(pieces), to: &bytes)
        rest = rest.dropFirst(pieces)
    }
    stuffing.finish(into: &bytes)
    precondition(bytes.suffix(3).elementsEqual(".\r\n".utf8))
    return bytes
}
