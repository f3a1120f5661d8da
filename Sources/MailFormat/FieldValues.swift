// The unfolded values of the fields that one header gave.

/// The values one header gave for the fields the parser reads.
///
/// Invariant: no value contains NUL, CR or LF, so whatever is made of values can be sent as an IMAP string.
struct FieldValues: Sendable {
    private var values: [[UInt8]?] = []

    /// The value of a field, nil when the header has no such field; it may be empty.
    subscript(_ name: FieldName) -> [UInt8]? {
        values.isEmpty ? nil : values[name.rawValue]
    }

    /// Takes a field's value, unfolded already. Of a field that may not be repeated the first value stays.
    mutating func add(_ value: [UInt8], for name: FieldName) {
        // Most parts of a large multipart have few fields or none: the table comes with the first.
        if values.isEmpty { values = Array(repeating: nil, count: FieldName.allCases.count) }
        guard let present = values[name.rawValue] else {
            values[name.rawValue] = value
            return
        }
        if name.isRepeatable {
            values[name.rawValue] = present + [ASCII.comma, ASCII.space] + value
        }
    }

    /// Unfolds a field's value (RFC 5322 2.2.3): the line ends go, the white space after them stays, white space at
    /// either end goes. A CR that ends no line becomes a space and NUL becomes 0x80, for an IMAP string has no place
    /// for them.
    static func unfold(_ raw: some BidirectionalCollection<UInt8>) -> [UInt8] {
        var value: [UInt8] = []
        value.reserveCapacity(raw.count)
        var index = raw.startIndex
        while index < raw.endIndex {
            let byte = raw[index]
            index = raw.index(after: index)
            switch byte {
            case ASCII.lineFeed: break
            case ASCII.carriageReturn:
                if index == raw.endIndex || raw[index] != ASCII.lineFeed { value.append(ASCII.space) }
            case ASCII.nul: value.append(0x80)
            default: value.append(byte)
            }
        }
        let trimmed = value.trimmingWhitespace()
        return trimmed.count == value.count ? value : Array(trimmed)
    }
}
