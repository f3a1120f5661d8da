import SMTPSyntax

extension Session {
    /// RFC 5321 section 4.1.1.10.
    mutating func quit() -> Step {
        reset()
        return .close(Reply(221, EnhancedStatusCode(2, 0, 0), "\(server.hostname) closing"))
    }
}
