import SMTPSyntax

extension Session {
    /// RFC 5321 section 4.1.1.1. Begins anew, as RSET does.
    mutating func ehlo(client: Domain) -> Step {
        reset()
        self.client = client
        isPlain = false
        return .reply(Reply(250, lines: [server.hostname] + announcements))
    }
}
