// Why a line is not a command, and what to answer.

/// A refused command line: where, why, and the reply.
package struct CommandError: Error, Equatable, Sendable {
    package enum Reason: Equatable, Sendable {
        /// Not a verb of this protocol: 500.
        case unknownVerb
        /// A verb of an extension that is not offered: 502.
        case notOffered
        /// A byte that no command line may hold: 500.
        case badByte
        /// Longer than a command line may be: 500.
        case lineTooLong
        /// Ended by LF without CR (RFC 5321 section 2.3.8): 500.
        case bareLineFeed
        /// Arguments that break the grammar: 501.
        case badArgument(String)
        /// A BDAT line that does not tell how many bytes follow: 501. What follows cannot be told from commands any
        /// more, so the session must end.
        case badChunk(String)
        /// A path that breaks the grammar: 501.
        case badPath(String)
        /// A parameter of an extension that is not offered, or of none: 555.
        case unknownParameter
        /// A parameter with a bad value, without the value it needs, or given twice: 501.
        case badParameter(String)
        /// A parameter whose value names something this server does not do: 504.
        case unsupportedValue(String)
        /// An address outside ASCII without SMTPUTF8 (RFC 6531 section 3.5): 553.
        case needsSMTPUTF8
    }

    package let reason: Reason
    /// Where in the line, in bytes.
    package let offset: Int

    package init(_ reason: Reason, offset: Int = 0) {
        self.reason = reason
        self.offset = offset
    }

    /// The answer. It tells the reason in our words and never repeats the client's.
    package var reply: Reply {
        switch reason {
        case .unknownVerb: Reply(500, EnhancedStatusCode(5, 5, 1), "Command not recognized")
        case .notOffered: Reply(502, EnhancedStatusCode(5, 5, 1), "Command not implemented")
        case .badByte: Reply(500, EnhancedStatusCode(5, 5, 2), "Command line holds a control character")
        case .lineTooLong: Reply(500, EnhancedStatusCode(5, 5, 2), "Line too long")
        case .bareLineFeed: Reply(500, EnhancedStatusCode(5, 5, 2), "Lines end in CR LF")
        case .badArgument(let what): Reply(501, EnhancedStatusCode(5, 5, 4), what)
        case .badChunk(let what): Reply(501, EnhancedStatusCode(5, 5, 4), what)
        case .badPath(let what): Reply(501, EnhancedStatusCode(5, 1, 3), what)
        case .unknownParameter: Reply(555, EnhancedStatusCode(5, 5, 4), "Parameter not recognized")
        case .badParameter(let what): Reply(501, EnhancedStatusCode(5, 5, 4), what)
        case .unsupportedValue(let what): Reply(504, EnhancedStatusCode(5, 5, 4), what)
        case .needsSMTPUTF8: Reply(553, EnhancedStatusCode(5, 6, 7), "Address needs SMTPUTF8")
        }
    }
}
