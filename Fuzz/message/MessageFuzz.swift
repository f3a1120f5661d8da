// MailFormat: the message parser. However a message is cut, the same is found in it; what is found lies inside it, and is
// the same again once it was stored.

import MailFormat

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: start, count: count))
    let limits = MessageLimits(
        storedHeader: 4096, field: 2048, text: 8192, addresses: 50, parameters: 20, parts: 60, depth: 20)
    let message = ParsedMessage(input, limits: limits)
    precondition(message.size == UInt64(count))
    precondition(message == parse(input, limits, pieces: Int(input.first ?? 1) % 17 + 1), "it matters how it is cut")
    checkParts(message)
    checkStored(message)
    return 0
}

private func parse(_ input: [UInt8], _ limits: MessageLimits, pieces: Int) -> ParsedMessage {
    var parser = MessageParser(limits: limits)
    var rest = input[...]
    while !rest.isEmpty {
        parser.feed(Array(rest.prefix(pieces)).span.bytes)
        rest = rest.dropFirst(pieces)
    }
    return parser.finish()
}

private func checkParts(_ message: ParsedMessage) {
    precondition(message.headerSize <= message.size)
    var paths: [[Int]] = [[]]
    while let path = paths.popLast() {
        for kind in [Section.Kind.whole, .header, .text, .mime] {
            guard let range = message.structure.range(of: Section(path: path, kind: kind)) else { continue }
            precondition(range.upperBound <= message.size, "a part lies outside the message")
        }
        var number = 1
        while number < 60, path.count < 20, message.structure.part(at: path + [number]) != nil {
            // The one part of a message that has none is that message again.
            if message.structure.part(at: path + [number, 1]) != nil || number > 1 { paths.append(path + [number]) }
            number += 1
        }
        if paths.count > 100 { break }
    }
}

private func checkStored(_ message: ParsedMessage) {
    do throws(StoredFormatError) {
        let structure = try BodyPart(encoded: message.structure.encoded())
        let envelope = try Envelope(encoded: message.envelope.encoded())
        precondition(structure == message.structure && envelope == message.envelope, "it is stored otherwise")
    } catch {
        preconditionFailure("what was stored cannot be read: \(error)")
    }
}
