// Writes what the parser found as text that a table of expectations can hold.

import MailFormat

/// Bytes as text, for messages and expectations.
func text(_ bytes: some Collection<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

/// The bytes of a text.
func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

/// A message of lines, each ended by CRLF but the last: a message that ends with a line end has a last line "".
func mail(_ lines: String...) -> [UInt8] { bytes(lines.joined(separator: "\r\n")) }

/// The tree of a message's parts, one line a part: type, parameters, encoding unless 7bit, line count, and for a leaf
/// its body as it is cut from the message by the part's range. CR and LF are shown as \r and \n.
func outline(_ part: BodyPart, of message: [UInt8], indent: String = "") -> String {
    var line = "\(indent)\(part.mediaType)/\(part.subtype)"
    for parameter in part.parameters { line += " \(parameter.name)=\(text(parameter.value))" }
    if part.encoding != "7bit" { line += " [\(part.encoding)]" }
    line += " \(part.lines)"
    switch part.contents {
    case .leaf: return line + " '\(escaped(slice(message, part.body)))'"
    case .multipart(let children):
        return ([line] + children.map { outline($0, of: message, indent: indent + "  ") }).joined(separator: "\n")
    case .message(let embedded):
        let subject = embedded.envelope.subject.map { " subject=\(text($0))" } ?? ""
        return line + subject + "\n" + outline(embedded.structure, of: message, indent: indent + "  ")
    }
}

/// The bytes of a message in a range.
func slice(_ message: [UInt8], _ range: Range<UInt64>) -> ArraySlice<UInt8> {
    message[Int(range.lowerBound)..<Int(range.upperBound)]
}

/// Text in which CR and LF can be seen.
func escaped(_ bytes: some Collection<UInt8>) -> String {
    text(bytes).unicodeScalars.reduce(into: "") { shown, scalar in
        switch scalar {
        case "\r": shown += "\\r"
        case "\n": shown += "\\n"
        default: shown.unicodeScalars.append(scalar)
        }
    }
}

/// An address list as text: name, route, mailbox and host of each address, "~" for nil.
func outline(_ addresses: [EnvelopeAddress]) -> [String] {
    addresses.map { address in
        [address.name, address.route, address.mailbox, address.host].map { $0.map(text) ?? "~" }
            .joined(separator: "|")
    }
}

/// Parses in chunks of the sizes given, which are used in turn.
func parse(_ message: [UInt8], chunks: [Int], limits: MessageLimits = .default) -> ParsedMessage {
    var parser = MessageParser(limits: limits)
    var position = 0
    var turn = 0
    while position < message.count {
        let end = min(message.count, position + max(1, chunks[turn % chunks.count]))
        parser.feed(message.span.bytes.extracting(position..<end))
        position = end
        turn += 1
    }
    return parser.finish()
}

/// A small generator of numbers, the same for the same seed on every machine (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
