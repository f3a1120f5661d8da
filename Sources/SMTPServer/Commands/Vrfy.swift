import SMTPSyntax

extension Session {
    /// RFC 5321 section 7.3: 252 neither confirms nor denies, so that nobody can harvest addresses.
    func vrfy() -> Step {
        .reply(Reply(252, EnhancedStatusCode(2, 5, 0), "Send the message and see"))
    }
}
