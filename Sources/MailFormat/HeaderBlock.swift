// A header as bytes, and the fields in it: for HEADER.FIELDS, for searches, and for whoever needs a field raw.

/// One field of a header, as offsets into the bytes of the ``HeaderBlock``.
package struct HeaderField: Sendable, Equatable {
    /// The name, without white space before the colon. Empty for a line that is no field.
    package let name: Range<Int>
    /// The value, from behind the colon to before the field's last line end; folded still.
    package let value: Range<Int>
    /// All of the field with its last line end.
    package let whole: Range<Int>
}

/// A header: fields, then perhaps the blank line (RFC 5322 2.1). What follows the blank line is not looked at.
///
/// A line that is neither a field nor a continuation counts as a field without a name.
package struct HeaderBlock: Sendable, Sequence {
    /// The bytes of the header.
    package let bytes: [UInt8]

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    package func makeIterator() -> Iterator { Iterator(bytes: bytes) }

    /// The unfolded values of the fields of a name, in any case, top first.
    package func values(of name: String) -> [[UInt8]] {
        let names = [Array(name.utf8)]
        return filter { matches($0, names) }.map { FieldValues.unfold(bytes[$0.value]) }
    }

    /// A field as one line: its name, the colon, its value, unfolded.
    package func line(of field: HeaderField) -> [UInt8] { FieldValues.unfold(bytes[field.whole]) }

    /// The exact bytes of chosen fields and of the blank line, if there is one: the text of HEADER.FIELDS, or, when
    /// `inverted`, of HEADER.FIELDS.NOT (RFC 9051 6.4.5.1). Names match in any case but otherwise exactly.
    package func fields(matching names: [[UInt8]], inverted: Bool = false) -> [UInt8] {
        var chosen: [UInt8] = []
        var iterator = makeIterator()
        while let field = iterator.next() {
            if matches(field, names) != inverted { chosen += bytes[field.whole] }
        }
        chosen += bytes[iterator.blankLine]
        return chosen
    }

    private func matches(_ field: HeaderField, _ names: [[UInt8]]) -> Bool {
        !field.name.isEmpty && names.contains { bytes[field.name].equalsIgnoringCase($0) }
    }

    /// Walks the fields of a header.
    package struct Iterator: IteratorProtocol, Sendable {
        private let bytes: [UInt8]
        private var position = 0
        /// The blank line, once the last field was given; empty when the header has none.
        private(set) var blankLine = 0..<0

        init(bytes: [UInt8]) { self.bytes = bytes }

        package mutating func next() -> HeaderField? {
            let start = position
            var end = lineEnd(from: start)
            if isBlank(start..<end) {
                blankLine = start..<end
                return nil
            }
            while end < bytes.count, bytes[end].isWhitespace { end = lineEnd(from: end) }
            position = end

            var valueEnd = end
            if bytes[valueEnd - 1] == ASCII.lineFeed { valueEnd -= 1 }
            if valueEnd > start, valueEnd < end, bytes[valueEnd - 1] == ASCII.carriageReturn { valueEnd -= 1 }
            let line = bytes[start..<valueEnd]
            guard let colon = line.prefix(while: { $0 != ASCII.lineFeed }).firstIndex(of: ASCII.colon),
                let nameEnd = line[..<colon].lastIndex(where: { !$0.isWhitespace }), !bytes[start].isWhitespace
            else { return HeaderField(name: start..<start, value: start..<valueEnd, whole: start..<end) }
            return HeaderField(name: start..<(nameEnd + 1), value: (colon + 1)..<valueEnd, whole: start..<end)
        }

        /// The offset behind the LF of the line that has this offset.
        private func lineEnd(from offset: Int) -> Int {
            bytes[offset...].firstIndex(of: ASCII.lineFeed).map { $0 + 1 } ?? bytes.count
        }

        /// Whether a line, or the end of the bytes, ends the header.
        private func isBlank(_ line: Range<Int>) -> Bool {
            switch line.count {
            case 0: true
            case 1: bytes[line.lowerBound] == ASCII.lineFeed
            case 2: bytes[line.lowerBound] == ASCII.carriageReturn && bytes[line.lowerBound + 1] == ASCII.lineFeed
            default: false
            }
        }
    }
}
