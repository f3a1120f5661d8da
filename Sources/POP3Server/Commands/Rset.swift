import POP3Syntax

extension Session {
    /// RFC 1939 5
    mutating func reset() throws(CommandFailure) -> Reply {
        maildrop?.unmarkAll()
        return .ok(try requireMaildrop().summary)
    }
}
