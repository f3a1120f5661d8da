// Message flags: the system flags, and keywords.

/// A flag of a message.
///
/// RFC 9051 2.3.2
///
///     flag       = "\Answered" / "\Flagged" / "\Deleted" / "\Seen" / "\Draft" / flag-keyword / flag-extension
///     flag-fetch = flag / obsolete-flag-recent
///
/// The parser refuses `\Recent`, which no client may set, and flag-extensions, of which no standard has defined any.
package enum Flag: Hashable, Sendable {
    case answered
    case flagged
    case deleted
    case seen
    case draft
    /// RFC 3501 2.3.2; in responses only.
    case recent
    case keyword(Keyword)
}

/// A flag that a client or the server made up, such as "$Forwarded".
///
///     flag-keyword = "$MDNSent" / "$Forwarded" / "$Junk" / "$NotJunk" / "$Phishing" / atom
///
/// Keeps its spelling, compares without case (RFC 9051 9: letters are case-insensitive unless noted).
package struct Keyword: Hashable, Sendable {
    /// ATOM-CHARs only, never empty.
    package let name: String

    /// Nil when `name` is not an atom.
    package init?(_ name: String) {
        guard !name.isEmpty, name.utf8.allSatisfy(ByteClass.isAtomCharacter) else { return nil }
        self.name = name
    }

    package static func == (left: Keyword, right: Keyword) -> Bool {
        left.name.utf8.count == right.name.utf8.count
            && zip(left.name.utf8, right.name.utf8).allSatisfy { ByteClass.upper($0) == ByteClass.upper($1) }
    }

    package func hash(into hasher: inout Hasher) {
        for byte in name.utf8 { hasher.combine(ByteClass.upper(byte)) }
    }
}

extension Flag: CustomStringConvertible {
    /// The flag as it is written in IMAP.
    package var description: String {
        switch self {
        case .answered: "\\Answered"
        case .flagged: "\\Flagged"
        case .deleted: "\\Deleted"
        case .seen: "\\Seen"
        case .draft: "\\Draft"
        case .recent: "\\Recent"
        case .keyword(let keyword): keyword.name
        }
    }
}
