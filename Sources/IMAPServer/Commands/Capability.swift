import IMAPSyntax

extension Session {
    /// RFC 9051 6.1.1
    mutating func capability() -> Completion {
        out.append(.capability(capabilities))
        return .ok(ResponseText("Done"))
    }
}
