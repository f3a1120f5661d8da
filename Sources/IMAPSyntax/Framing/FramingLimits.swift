// How much a client may make the framer hold.

/// Bounds on one command. The framer holds at most `line + inlineLiterals` bytes of it, besides input not yet asked for.
package struct FramingLimits: Hashable, Sendable {
    /// Bytes of a command outside its literals, all its lines together.
    package var line: Int
    /// Bytes of all literals of a command that are kept in it.
    package var inlineLiterals: Int
    /// Literals a command may have, those that are streamed apart.
    package var literalCount: Int
    /// Literals an APPEND or REPLACE may have.
    package var streamedLiterals: Int
    /// Bytes of one of them.
    package var streamedLiteral: UInt64
    /// Bytes of a refused command that are read and thrown away to stay in step. A client that announces or sends more
    /// is beyond keeping in step with, and the connection has to end.
    package var skipped: UInt64

    package init(
        line: Int = 64 * 1024, inlineLiterals: Int = 256 * 1024, literalCount: Int = 64,
        streamedLiterals: Int = 1024, streamedLiteral: UInt64 = 50 * 1024 * 1024, skipped: UInt64 = 256 * 1024 * 1024
    ) {
        self.line = line
        self.inlineLiterals = inlineLiterals
        self.literalCount = literalCount
        self.streamedLiterals = streamedLiterals
        self.streamedLiteral = streamedLiteral
        self.skipped = skipped
    }
}
