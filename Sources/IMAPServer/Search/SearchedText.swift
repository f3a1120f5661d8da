import MailFormat

/// The text of a part as it streams by: transfer encoding and charset removed, in the form in which texts compare.
///
/// Pieces overlap by as much as the longest text looked for, so that one that lies across their border is found. What is
/// held at once is bounded by a piece, however large the part is.
struct SearchedText: ~Copyable {
    /// How many bytes of the part are looked at together.
    private static let pieceSize = 65_536

    private let needles: Set<CasemappedText>
    private let overlap: Int
    private var transfer: TransferDecoder
    /// Nil for a character set that nobody knows: then the bytes are compared (RFC 5255 4.6).
    private var decoder: CharsetDecoder?
    private var text = CasemappedText()
    private(set) var found: Set<CasemappedText> = []

    /// - Parameters:
    ///   - part: says how the text is encoded.
    ///   - needles: what is looked for.
    init(_ part: BodyPart, _ needles: Set<CasemappedText>) {
        self.needles = needles
        overlap = max((needles.map(\.bytes.count).max() ?? 0) - 1, 0)
        // What nobody can decode is searched as it is.
        transfer = TransferDecoder(TransferEncoding(part.encoding) ?? .identity)
        let charset = part.parameter("charset").map { Charset($0) } ?? .utf8
        if let charset { decoder = CharsetDecoder(charset) } else { decoder = nil }
    }

    mutating func feed(_ bytes: ArraySlice<UInt8>) {
        var start = bytes.startIndex
        while start < bytes.endIndex {
            let end = min(start + Self.pieceSize, bytes.endIndex)
            append(transfer.feed(bytes[start..<end].span.bytes))
            start = end
        }
    }

    mutating func finish() {
        append(transfer.finish())
        text.append(decoder?.finish() ?? "")
        look()
    }

    private mutating func append(_ decoded: [UInt8]) {
        guard !decoded.isEmpty else { return }
        if decoder?.passesASCII ?? true, text.append(ifASCII: decoded) {
            // Most text is, and needs nothing more.
        } else if let piece = decoder?.feed(decoded.span.bytes) {
            text.append(piece)
        } else {
            text.append(unknown: decoded)
        }
        if text.bytes.count > Self.pieceSize + overlap { look() }
    }

    private mutating func look() {
        for needle in needles where !found.contains(needle) && text.contains(needle) { found.insert(needle) }
        text.keepSuffix(overlap)
    }
}
