import SMTPSyntax

extension Session {
    /// RFC 3207 section 4. Section 4.2: nothing of what was said in clear counts under TLS.
    mutating func startTLS() -> Step {
        guard !isTLS else { return badSequence("TLS is active already") }
        forgetClient()
        isTLS = true
        return .startTLS(Reply(220, EnhancedStatusCode(2, 0, 0), "Begin TLS"))
    }
}
