import SMTPSyntax

extension Session {
    /// RFC 5321 section 4.1.1.2.
    mutating func mail(from path: ReversePath, _ parameters: MailParameters) -> Step {
        guard client != nil else { return badSequence("Say LHLO first") }
        guard transaction == nil else { return badSequence("A message is under way already") }
        // RFC 1870 section 6.1: what is declared too large is refused before it is sent.
        if let size = parameters.size, size > UInt64(server.profile.limits.messageSize) {
            return .reply(ErrorReplies.tooLarge)
        }
        transaction = Transaction(traceID: server.makeTraceID(), reversePath: path, parameters: parameters)
        return .reply(Reply(250, EnhancedStatusCode(2, 1, 0), "Sender accepted"))
    }
}
