// Why a command cannot be read, in words fit for a BAD reply.

/// A command that does not follow the grammar.
package struct SyntaxError: Error, Hashable, Sendable {
    package enum Reason: Hashable, Sendable {
        /// There is no tag, or not one that can be repeated.
        case tag
        case unknownCommand
        /// Something else than what the text names stands there.
        case expected(String)
        /// An argument that is well-formed and still makes no sense.
        case invalid(String)
        /// A number outside its range.
        case numberOutOfRange
        /// Parentheses, NOT or OR in each other beyond the bound.
        case tooDeep
        /// A list beyond its bound.
        case tooMany(String)
        /// A mailbox name that is not modified UTF-7, or not UTF-8.
        case mailboxName(String)
        /// A NUL in a string.
        case nul
    }

    package var reason: Reason
    /// Where, in bytes from the start of the command.
    package var offset: Int
    /// The tag of the command when it was readable: the reply is tagged with it, and untagged without.
    package var tag: String?

    package init(_ reason: Reason, offset: Int, tag: String? = nil) {
        self.reason = reason
        self.offset = offset
        self.tag = tag
    }

    /// Text for the reply: none of the client's bytes are in it.
    package var message: String {
        switch reason {
        case .tag: "Command has no valid tag"
        case .unknownCommand: "Unknown command"
        case .expected(let what): "Expected \(what) at byte \(offset)"
        case .invalid(let what): "Invalid \(what) at byte \(offset)"
        case .numberOutOfRange: "Number out of range at byte \(offset)"
        case .tooDeep: "Nested too deeply at byte \(offset)"
        case .tooMany(let what): "Too many \(what)"
        case .mailboxName(let why): "Mailbox name is \(why)"
        case .nul: "String holds a NUL at byte \(offset)"
        }
    }
}
