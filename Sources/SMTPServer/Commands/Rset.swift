import SMTPSyntax

extension Session {
    /// RFC 5321 section 4.1.1.5.
    mutating func rset() -> Step {
        reset()
        return .reply(Reply(250, EnhancedStatusCode(2, 0, 0), "Forgotten"))
    }
}
