import IMAPSyntax

extension Session {
    /// RFC 9051 6.4.2
    mutating func unselect() -> Completion {
        leaveMailbox()
        return .ok(ResponseText("Closed"))
    }
}
