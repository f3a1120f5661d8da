import SMTPSyntax

extension Session {
    /// RFC 5321 section 4.1.1.1: the greeting of a client that knows no extensions. None is announced; one that is used
    /// all the same is understood, as a chunk that was not would be taken for commands.
    mutating func helo(client: Domain) -> Step {
        reset()
        self.client = client
        isPlain = true
        return .reply(Reply(250, server.hostname))
    }
}
