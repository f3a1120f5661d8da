// APPEND and REPLACE: what stands around the octets of the messages. The octets themselves are streamed by the framer,
// which cuts the command into segments at its literals.

/// The mailbox, and the command up to the first literal that carries octets of a message.
///
/// RFC 9051 6.3.12, RFC 3502, RFC 4469, RFC 6855 4
///
///     append = "APPEND" SP mailbox 1*append-message
package struct AppendCommand: Hashable, Sendable {
    package var mailbox: MailboxName
    package var start: AppendSegment

    package init(mailbox: MailboxName, start: AppendSegment) {
        self.mailbox = mailbox
        self.start = start
    }
}

/// What the command says between two literals.
package struct AppendSegment: Hashable, Sendable {
    package var items: [AppendItem]
    /// The literal that follows; nil at the end of the command.
    package var literal: AppendLiteral?

    package init(_ items: [AppendItem] = [], literal: AppendLiteral? = nil) {
        self.items = items
        self.literal = literal
    }
}

/// A thing that a segment says, in the order of the command.
package enum AppendItem: Hashable, Sendable {
    /// A message begins; its octets are those of the literals and URLs that follow until `end`.
    case message(AppendMessage)
    /// The octets that an IMAP URL names are the next of the message (RFC 4469 3). As the client wrote it.
    case url([UInt8])
    /// The message is complete.
    case end
}

/// What a client says of a message beside its octets.
///
///     append-message = [SP flag-list] [SP date-time] SP append-data
package struct AppendMessage: Hashable, Sendable {
    package var flags: [Flag]
    package var internalDate: DateTime?

    package init(flags: [Flag] = [], internalDate: DateTime? = nil) {
        self.flags = flags
        self.internalDate = internalDate
    }
}

/// A literal of the command, and what it is for.
///
///     append-data  = literal / literal8 / utf8-literal / "CATENATE" SP "(" cat-part *(SP cat-part) ")"
///     cat-part     = "TEXT" SP literal / "URL" SP astring / utf8-literal
///     utf8-literal = "UTF8" SP "(" literal8 ")"
package struct AppendLiteral: Hashable, Sendable {
    package enum Role: Hashable, Sendable {
        /// It is the message.
        case message
        /// Its octets are the next of a message that is catenated.
        case part
        /// It is the text of a URL.
        case url
    }

    package var role: Role
    package var header: LiteralHeader
    /// Whether it stands in `UTF8 (...)`.
    package var isUTF8: Bool

    package init(_ role: Role, _ header: LiteralHeader, isUTF8: Bool = false) {
        self.role = role
        self.header = header
        self.isUTF8 = isUTF8
    }
}

/// The announcement of a literal.
///
/// RFC 9051 4.3, RFC 7888, RFC 3516
///
///     literal  = "{" number64 ["+"] "}" CRLF *CHAR8
///     literal8 = "~{" number64 ["+"] "}" CRLF *OCTET
package struct LiteralHeader: Hashable, Sendable {
    /// In bytes, at most 2^63-1.
    package var size: UInt64
    /// Whether the client waits for a continuation request before it sends the bytes.
    package var isSynchronizing: Bool
    /// Whether it is a literal8, which may hold NUL.
    package var isBinary: Bool

    package init(size: UInt64, isSynchronizing: Bool = true, isBinary: Bool = false) {
        self.size = size
        self.isSynchronizing = isSynchronizing
        self.isBinary = isBinary
    }
}
