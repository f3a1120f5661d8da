// What the framer finds in the bytes of a client.

/// A step of the conversation.
package enum FramingEvent: Hashable, Sendable {
    /// A whole command: its lines with their ends, and its literals where they stood. For `CommandParser`.
    case command([UInt8])

    /// The client waits for a continuation request before it sends a literal (RFC 9051 4.3). Send "+ ", read on.
    case continuationNeeded

    /// Octets for APPEND or REPLACE are announced. Nothing more comes until `accept()` or `refuse()` is called; after `accept()`
    /// of a synchronising literal the caller sends the continuation request itself.
    case streamedLiteral(StreamedLiteral)

    /// Bytes of the accepted literal, never empty, without copying what was fed.
    case chunk(ArraySlice<UInt8>)

    /// All bytes of the literal have come, and the line after it, which ends the command. For
    /// `CommandParser.parseAppend`.
    case streamEnded(rest: [UInt8])

    /// The command whose literal was refused has been read to its end: now is the time for its reply.
    case refused

    /// The line that `expectLine()` asked for, without its end.
    case line([UInt8])

    /// A command broke a bound. It has been read to its end where that was possible: reply, and go on unless the failure
    /// is fatal.
    case failure(FramingFailure)
}

/// An announced literal of APPEND or REPLACE.
package struct StreamedLiteral: Hashable, Sendable {
    /// What came before it, the announcement and its line end included. For the first literal of a command that is the
    /// command from its tag on, for `CommandParser.parse`; for another one only what followed the literal before, for
    /// `CommandParser.parseAppend`.
    package var prefix: [UInt8]
    package var header: LiteralHeader
    /// Whether it is the first of its command.
    package var isFirst: Bool

    package init(prefix: [UInt8], header: LiteralHeader, isFirst: Bool) {
        self.prefix = prefix
        self.header = header
        self.isFirst = isFirst
    }
}

/// Why a command was thrown away.
package struct FramingFailure: Hashable, Sendable, Error {
    package enum Reason: Hashable, Sendable {
        /// `FramingLimits.line`
        case lineTooLong
        /// `FramingLimits.inlineLiterals`
        case literalTooLarge
        /// `FramingLimits.literalCount`
        case tooManyLiterals
        /// `FramingLimits.streamedLiteral`; answered NO [TOOBIG].
        case messageTooLarge
        /// A NUL outside a literal (RFC 9051 9: CHAR is %x01-7F).
        case nul
    }

    package var reason: Reason
    /// The tag of the command, when it could be read: the reply is tagged BAD with it, and untagged BAD without.
    package var tag: String?
    /// Whether the framer has given up on the connection: reply BYE and close.
    package var isFatal: Bool

    package init(_ reason: Reason, tag: String?, isFatal: Bool = false) {
        self.reason = reason
        self.tag = tag
        self.isFatal = isFatal
    }

    /// Text for the reply.
    package var message: String {
        switch reason {
        case .lineTooLong: "Command line is too long"
        case .literalTooLarge: "Literal is too large"
        case .tooManyLiterals: "Too many literals"
        case .messageTooLarge: "Message is too large"
        case .nul: "Command holds a NUL"
        }
    }
}
