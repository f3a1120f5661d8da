// The header fields that envelopes and body structures are made of; all others are only counted.

/// A header field the parser reads. The raw value is its place in ``FieldValues``.
enum FieldName: Int, CaseIterable {
    // RFC 5322 3.6
    case date, subject, from, sender, replyTo, to, cc, bcc, inReplyTo, messageID
    // RFC 2045, RFC 2183 (disposition), RFC 1864 (MD5), RFC 3282 (language), RFC 2557 (location)
    case contentType, contentTransferEncoding, contentID, contentDescription
    case contentDisposition, contentMD5, contentLanguage, contentLocation

    /// The longest name, in bytes: Content-Transfer-Encoding.
    static let maximumLength = 25

    private static let names: [String: FieldName] = [
        "date": .date, "subject": .subject, "from": .from, "sender": .sender, "reply-to": .replyTo, "to": .to,
        "cc": .cc, "bcc": .bcc, "in-reply-to": .inReplyTo, "message-id": .messageID, "content-type": .contentType,
        "content-transfer-encoding": .contentTransferEncoding, "content-id": .contentID,
        "content-description": .contentDescription, "content-disposition": .contentDisposition,
        "content-md5": .contentMD5, "content-language": .contentLanguage, "content-location": .contentLocation,
    ]

    /// The field of that name in any case, or nil when the parser does not read it.
    init?(_ name: some Collection<UInt8>) {
        guard name.count <= Self.maximumLength, let field = Self.names[String(lowercasing: name)] else { return nil }
        self = field
    }

    /// Whether the field belongs to the envelope, which only a message has and a MIME part header has not.
    var isOfEnvelope: Bool { rawValue < FieldName.contentType.rawValue }

    /// Whether the value is a list of addresses.
    var isAddressList: Bool {
        switch self {
        case .from, .sender, .replyTo, .to, .cc, .bcc: true
        default: false
        }
    }

    /// Whether several fields of the name are read as one list. Mail written before RFC 2822 may repeat these; of every
    /// other field the topmost counts, as everywhere else in the mail system (a signature covers the topmost too).
    var isRepeatable: Bool {
        switch self {
        case .to, .cc, .bcc: true
        default: false
        }
    }
}
