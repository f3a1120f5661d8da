import SMTPSyntax

extension Session {
    /// RFC 2033 section 4.1, RFC 5321 section 4.1.1.1. Begins anew, as RSET does.
    mutating func lhlo(client: Domain) -> Step {
        reset()
        self.client = client
        return .reply(Reply(250, lines: [server.hostname] + announcements))
    }
}
