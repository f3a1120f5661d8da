import IMAPSyntax

/// A command to execute, with the way to the literals that follow if it is an APPEND or REPLACE.
struct TaggedCommandJob: Sendable {
    let tagged: TaggedCommand
    let literal: LiteralSource?
}
