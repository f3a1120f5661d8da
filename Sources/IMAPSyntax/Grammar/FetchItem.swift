// What FETCH can ask of a message.

/// An item of FETCH. The macros ALL, FAST and FULL are already taken apart by the parser.
///
/// RFC 9051 6.4.5, RFC 3501 6.4.5, RFC 3516, RFC 7162, RFC 8474, RFC 8514, RFC 8970
///
///     fetch-att = "ENVELOPE" / "FLAGS" / "INTERNALDATE" / "RFC822.SIZE" / "BODY" ["STRUCTURE"] / "UID" /
///                 "BODY" section [partial] / "BODY.PEEK" section [partial] /
///                 "BINARY" [".PEEK"] section-binary [partial] / "BINARY.SIZE" section-binary
package enum FetchItem: Hashable, Sendable {
    case envelope
    case flags
    case internalDate
    /// RFC 3501: BODY[] under another name in the response.
    case rfc822
    /// RFC 3501: BODY.PEEK[HEADER] under another name.
    case rfc822Header
    case rfc822Size
    /// RFC 3501: BODY[TEXT] under another name.
    case rfc822Text
    /// The structure without extension data.
    case body
    case bodyStructure
    case uid
    case bodySection(SectionSpec, partial: Partial?, peek: Bool)
    /// RFC 3516 4.2; the part's content, decoded.
    case binary(part: [UInt32], partial: Partial?, peek: Bool)
    /// RFC 3516 4.3; the decoded size.
    case binarySize(part: [UInt32])
    /// RFC 7162 3.1.5
    case modSequence
    /// RFC 8474 5.1
    case emailID
    /// RFC 8474 5.2
    case threadID
    /// RFC 8514 4.2
    case saveDate
    /// RFC 8970 3
    case preview(lazy: Bool)

    /// Whether fetching the item sets \Seen (RFC 9051 6.4.5).
    package var setsSeen: Bool {
        switch self {
        case .rfc822, .rfc822Text, .bodySection(_, _, peek: false), .binary(_, _, peek: false): true
        default: false
        }
    }
}

/// The arguments of FETCH.
///
/// RFC 9051 9, RFC 7162 7, RFC 9394 4
///
///     fetch = "FETCH" SP sequence-set SP ("ALL" / "FULL" / "FAST" / fetch-att / "(" fetch-att *(SP fetch-att) ")")
///             [SP "(" fetch-modifier *(SP fetch-modifier) ")"]
package struct FetchCommand: Hashable, Sendable {
    package var messages: SequenceSet
    /// At least one; in the order asked for, each once.
    package var items: [FetchItem]
    /// RFC 7162 3.1.4.1: only messages with a larger mod-sequence.
    package var changedSince: UInt64?
    /// RFC 7162 3.2.6: with `changedSince`, and UID FETCH, report expunged UIDs too.
    package var vanished: Bool
    /// RFC 9394 3.3: with UID FETCH, only these of the messages.
    package var partial: PartialRange?

    package init(
        messages: SequenceSet, items: [FetchItem], changedSince: UInt64? = nil, vanished: Bool = false,
        partial: PartialRange? = nil
    ) {
        self.messages = messages
        self.items = items
        self.changedSince = changedSince
        self.vanished = vanished
        self.partial = partial
    }
}
