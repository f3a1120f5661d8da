import IMAPSyntax

extension Session {
    /// RFC 9051 6.2.1. Nothing of what was said in clear counts under TLS: there is no login yet, and what came behind
    /// the command is dropped by the connection.
    mutating func startTLS(_ ending: inout Ending) throws(CommandFailure) -> Completion {
        if isSecure { throw .bad("TLS is active already") }
        guard service.tls != nil else { throw .bad("TLS is not available") }
        ending.action = .startTLS
        isSecure = true
        parserOptions = ParserOptions()
        return .ok(ResponseText("Begin TLS"))
    }
}
