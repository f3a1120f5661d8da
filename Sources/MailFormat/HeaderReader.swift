// Reads one header as it streams by and keeps the values of the fields that matter, under a bound.

/// Reads the lines of one header. Lines may come in pieces; whatever the pieces, the values are the same.
///
///     fields = *(field-name ":" unstructured CRLF)          RFC 5322 3.6
///
/// A line that is no field and no continuation (no colon) is passed over, as other servers do: the header goes on to
/// the blank line.
struct HeaderReader: Sendable {
    private enum Place {
        case lineStart
        /// In a field's name, or in a line that has no colon.
        case name
        /// In the value of a field that is kept.
        case value(FieldName)
        /// In something that is not kept, up to the end of the field.
        case ignored
    }

    private(set) var values = FieldValues()
    private let isMessage: Bool
    private let limits: MessageLimits
    private var place = Place.lineStart
    /// The field that a continuation line would continue.
    private var open: FieldName?
    private var name: [UInt8] = []
    private var value: [UInt8] = []
    private var isTruncated = false
    /// The length of the line so far without its LF, and whether it is a lone CR.
    private var lineLength = 0
    private var isLoneCR = false

    /// - Parameter isMessage: whether this is the header of a message, with an envelope, or of a MIME part.
    init(isMessage: Bool, limits: MessageLimits) {
        self.isMessage = isMessage
        self.limits = limits
    }

    /// Reads a piece of a line; `endsLine` tells that its last byte is the LF.
    ///
    /// - Parameter budget: how many bytes of values the message may still keep; what is kept is taken off.
    /// - Returns: whether the line is the blank line, which ends the header.
    mutating func read(_ piece: RawSpan, endsLine: Bool, budget: inout Int) -> Bool {
        let length = piece.byteCount - (endsLine ? 1 : 0)
        if lineLength == 0, length > 0 {
            let first = piece.byte(at: 0)
            isLoneCR = length == 1 && first == ASCII.carriageReturn
        } else if length > 0 {
            isLoneCR = false
        }
        if endsLine, lineLength + length == 0 || (isLoneCR && lineLength + length == 1) {
            finish(budget: &budget)
            return true
        }
        // A CR that begins a line may be the blank line's: it decides nothing yet, and is no white space either.
        consume(piece, budget: &budget)
        lineLength += length
        if endsLine {
            place = .lineStart
            lineLength = 0
            isLoneCR = false
        }
        return false
    }

    /// Ends the header: the field being read is complete.
    mutating func finish(budget: inout Int) {
        closeField(budget: &budget)
        name = []
        value = []
    }

    private mutating func consume(_ piece: RawSpan, budget: inout Int) {
        var index = 0
        while index < piece.byteCount {
            switch place {
            case .lineStart:
                if piece.byte(at: index).isWhitespace {
                    place = open.map { .value($0) } ?? .ignored
                } else {
                    closeField(budget: &budget)
                    name.removeAll(keepingCapacity: true)
                    place = .name
                }
            case .name:
                let byte = piece.byte(at: index)
                index += 1
                if byte == ASCII.colon {
                    openField(budget: budget)
                } else if name.count <= FieldName.maximumLength + 8 {
                    // A few bytes more than any name: white space may stand before the colon (RFC 5322 4.5).
                    name.append(byte)
                }
            case .value:
                let room = min(limits.field, budget) - value.count
                let taken = min(room, piece.byteCount - index)
                if taken > 0 { value.append(contentsOf: piece.bytes(index..<(index + taken))) }
                if index + taken < piece.byteCount { isTruncated = true }
                return
            case .ignored:
                return
            }
        }
    }

    private mutating func openField(budget: Int) {
        place = .ignored
        guard let field = FieldName(name.trimmingWhitespace()), isMessage || !field.isOfEnvelope, budget > 0,
            field.isRepeatable || values[field] == nil
        else { return }
        open = field
        place = .value(field)
    }

    private mutating func closeField(budget: inout Int) {
        guard let field = open else { return }
        if isTruncated, field.isAddressList {
            // The address that was cut would be somebody else's.
            value.removeSubrange((value.lastIndex(of: ASCII.comma) ?? 0)...)
        }
        let unfolded = FieldValues.unfold(value)
        budget -= min(budget, unfolded.count)
        values.add(unfolded, for: field)
        open = nil
        value.removeAll(keepingCapacity: true)
        isTruncated = false
    }
}

extension RawSpan {
    /// The byte at an offset, checked against the bounds.
    func byte(at offset: Int) -> UInt8 {
        unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    }

    /// A copy of the bytes in a range, checked against the bounds.
    func bytes(_ range: Range<Int>) -> [UInt8] {
        extracting(range).withUnsafeBytes { Array($0) }
    }
}
