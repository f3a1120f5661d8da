import IMAPSyntax

extension Session {
    /// RFC 9051 6.1.3
    mutating func logout(_ ending: inout Ending) -> Completion {
        out.append(.bye(ResponseText("Good bye")))
        ending.action = .close
        return .ok(ResponseText("Done"))
    }
}
