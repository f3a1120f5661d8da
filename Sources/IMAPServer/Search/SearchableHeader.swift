import IMAPSyntax
import LightMailCore
import MailFormat

/// A header, decoded where a search looks at it, and what else is known of the message by then.
struct SearchableHeader: Sendable {
    private let block: HeaderBlock
    /// Nil where nothing of the search looks at it.
    let envelope: SearchableEnvelope?
    /// Nil where the envelope is all that was read.
    let emailID: IMAPSyntax.ObjectID?
    /// The day on which the message came into the mailbox, in days since 1970; nil where the envelope is all that was read.
    let savedDay: Int?

    /// - Parameter bytes: empty where nothing of the search looks at them.
    /// - Throws: `StoreError` corrupt.
    init(_ bytes: [UInt8], of details: MessageDetails) throws(StoreError) {
        block = HeaderBlock(bytes)
        envelope = if let stored = details.storedEnvelope { try SearchableEnvelope(stored: stored) } else { nil }
        emailID = details.emailID
        savedDay = Int(details.savedAt / 86_400)
    }

    /// What is known where nothing of the search looks at more than the envelope.
    init(_ envelope: SearchableEnvelope) {
        block = HeaderBlock([])
        self.envelope = envelope
        emailID = nil
        savedDay = nil
    }

    var threadID: IMAPSyntax.ObjectID? { block.threadID }

    /// Whether a field of that name exists and one of them contains the text (RFC 9051 6.4.4, HEADER). Encoded words are
    /// decoded first.
    func field(_ name: String, contains needle: CasemappedText) -> Bool {
        block.values(of: name).contains { needle.isEmpty || CasemappedText(header: $0).contains(needle) }
    }

    /// Whether the header contains the text in any of its fields.
    func contains(_ needle: CasemappedText) -> Bool { block.contains(needle) }
}

extension HeaderBlock {
    /// Whether one of the fields contains the text, its name included.
    func contains(_ needle: CasemappedText) -> Bool {
        needle.isEmpty || contains { CasemappedText(header: line(of: $0)).contains(needle) }
    }
}
