// APPEND: what comes before the message. The message itself is streamed by the framer.

/// The mailbox and what precedes the message.
///
/// RFC 9051 6.3.12, RFC 6855 4
///
///     append      = "APPEND" SP mailbox [SP flag-list] [SP date-time] SP literal
///     append-data =/ "UTF8" SP "(" literal8 ")"
package struct AppendCommand: Hashable, Sendable {
    package var mailbox: MailboxName
    package var message: AppendMessage

    package init(mailbox: MailboxName, message: AppendMessage) {
        self.mailbox = mailbox
        self.message = message
    }
}

/// One message of an APPEND, without its bytes. A value of its own, since MULTIAPPEND (RFC 3502) repeats it.
package struct AppendMessage: Hashable, Sendable {
    package var flags: [Flag]
    package var internalDate: DateTime?
    package var literal: LiteralHeader
    /// Whether the literal stands in `UTF8 (...)`; then ")" must follow it.
    package var isUTF8: Bool

    package init(flags: [Flag] = [], internalDate: DateTime? = nil, literal: LiteralHeader, isUTF8: Bool = false) {
        self.flags = flags
        self.internalDate = internalDate
        self.literal = literal
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
