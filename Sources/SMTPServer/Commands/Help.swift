import SMTPSyntax

extension Session {
    /// RFC 5321 section 4.1.1.8.
    func help() -> Step {
        .reply(
            Reply(
                214, EnhancedStatusCode(2, 0, 0),
                lines: ["LHLO MAIL RCPT DATA BDAT", "RSET NOOP VRFY HELP QUIT", "RFC 2033 has the rest"]))
    }
}
