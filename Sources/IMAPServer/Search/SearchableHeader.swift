import IMAPSyntax
import LightMailCore
import MailFormat

/// A header, decoded where a search looks at it, and what else is known of the message by then.
struct SearchableHeader {
    private let block: HeaderBlock
    let emailID: IMAPSyntax.ObjectID
    /// The day on which the message came into the mailbox, in days since 1970.
    let savedDay: Int

    init(_ bytes: [UInt8], of details: MessageDetails) {
        block = HeaderBlock(bytes)
        emailID = details.emailID
        savedDay = Int(details.savedAt / 86_400)
    }

    var threadID: IMAPSyntax.ObjectID? { block.threadID }

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
