// Why a line is not a command, and what to answer.

/// A refused command line: where and why.
package struct CommandError: Error, Equatable, Sendable {
    package enum Reason: Equatable, Sendable {
        /// Not a command of this protocol.
        case unknownVerb
        /// A byte that no command line may hold.
        case badByte
        /// Longer than a command line may be.
        case lineTooLong
        /// Arguments that break the grammar; the text says what is wanted.
        case badArgument(String)
        /// A name or a password that is not UTF-8 (RFC 6856 2.2).
        case notUTF8
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
        case .unknownVerb: .error("No such command")
        case .badByte: .error("Command line holds a control character")
        case .lineTooLong: .error("Line too long")
        case .badArgument(let what): .error(what)
        case .notUTF8: .error("Not UTF-8")
        }
    }
}
