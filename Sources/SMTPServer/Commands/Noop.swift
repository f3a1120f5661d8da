import SMTPSyntax

extension Session {
    /// RFC 5321 section 4.1.1.9.
    func noop() -> Step {
        .reply(Reply(250, EnhancedStatusCode(2, 0, 0), "Still here"))
    }
}
