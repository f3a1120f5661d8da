import MailFormat

/// A header, decoded where a search looks at it.
struct SearchableHeader {
    private let block: HeaderBlock

    init(_ bytes: [UInt8]) {
        block = HeaderBlock(bytes)
    }

    /// Whether a field of that name exists and one of them contains the text (RFC 9051 6.4.4, HEADER). Encoded words are
    /// decoded first.
    func field(_ name: String, contains needle: FoldedText) -> Bool {
        block.values(of: name).contains { FoldedText(EncodedWord.decode($0)).contains(needle) }
    }

    /// Whether the header contains the text anywhere.
    func contains(_ needle: FoldedText) -> Bool {
        block.contains { field in
            FoldedText(EncodedWord.decode(Array(block.bytes[field.whole]))).contains(needle)
        }
    }

    /// The day of the Date field as written, in days since 1970; nil without one.
    var day: Int? {
        block.values(of: "date").first.flatMap { MailDate($0) }?.day.daysSinceEpoch
    }
}
