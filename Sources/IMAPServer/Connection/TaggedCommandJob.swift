import IMAPSyntax

/// A command to execute, with the way to the message that follows it if it is an APPEND.
struct TaggedCommandJob: Sendable {
    let tagged: TaggedCommand
    let literal: LiteralSource?
}
