import SMTPSyntax

extension Session {
    /// RFC 5321 section 4.1.1.8.
    func help() -> Step {
        let lines =
            switch server.profile.role {
            case .lmtp: ["LHLO MAIL RCPT DATA BDAT", "RSET NOOP VRFY HELP QUIT", "RFC 2033 has the rest"]
            case .inbound: ["EHLO HELO MAIL RCPT DATA BDAT", "RSET NOOP VRFY HELP QUIT", "RFC 5321 has the rest"]
            case .submission: ["EHLO AUTH MAIL RCPT DATA BDAT", "RSET NOOP VRFY HELP QUIT", "RFC 6409 has the rest"]
            }
        return .reply(Reply(214, EnhancedStatusCode(2, 0, 0), lines: lines))
    }
}
