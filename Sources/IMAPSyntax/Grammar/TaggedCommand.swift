// One command as a client sent it: its tag and what it asks for. Holds no state of a session.

/// A command with the tag that its completion reply must carry.
///
/// RFC 9051 2.2.1
///
///     command = tag SP (command-any / command-auth / command-nonauth / command-select) CRLF
///     tag     = 1*<any ASTRING-CHAR except "+">
package struct TaggedCommand: Hashable, Sendable {
    /// The client's tag, ASCII, never empty.
    package var tag: String
    package var command: Command

    package init(tag: String, command: Command) {
        self.tag = tag
        self.command = command
    }
}
