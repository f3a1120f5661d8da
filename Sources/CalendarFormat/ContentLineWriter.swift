// Content lines to octets: quotes parameters that need it, and folds at 75 octets without cutting a character.

package enum ContentLineWriter {
    /// The longest piece of a line in octets, without the line break (RFC 5545 3.1).
    package static let foldAt = 75

    /// Adds a line, folded, with its CRLF.
    package static func append(_ line: ContentLine, to octets: inout [UInt8]) {
        var text = line.name
        for parameter in line.parameters {
            text += ";" + parameter.name + "="
            text += parameter.values.map(ParameterEscapes.written).joined(separator: ",")
        }
        text += ":" + line.value
        fold(Array(text.utf8), to: &octets)
    }

    private static func fold(_ bytes: [UInt8], to octets: inout [UInt8]) {
        var start = 0
        var room = foldAt
        while bytes.count - start > room {
            var end = start + room
            // Never within a character: a continuation octet is 10xxxxxx.
            while bytes[end] & 0xC0 == 0x80 { end -= 1 }
            octets += bytes[start..<end]
            octets += [0x0D, 0x0A, 0x20]
            start = end
            // The space that marks the continuation counts.
            room = foldAt - 1
        }
        octets += bytes[start...]
        octets += [0x0D, 0x0A]
    }
}
