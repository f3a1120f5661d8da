import SMTPSyntax

extension Session {
    /// RFC 5321 section 4.1.1.7. Who reads a list is nobody's business.
    func expn() -> Step {
        switch server.profile.role {
        case .lmtp: .reply(CommandError(.notOffered).reply)
        case .inbound, .submission: .reply(Reply(550, EnhancedStatusCode(5, 7, 2), "Lists are not expanded"))
        }
    }
}
