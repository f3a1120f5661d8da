import POP3Syntax

extension Session {
    /// RFC 2595 4. Nothing of what was said in clear counts under TLS: there is no login yet, a name is forgotten, and what
    /// came behind the command is dropped by the connection.
    mutating func startTLS(_ ending: inout Ending) throws(CommandFailure) -> Reply {
        if isSecure { throw .error("TLS is active already") }
        guard service.tls != nil else { throw .error("TLS is not available") }
        // RFC 6856 2.1
        if isUTF8 { throw .error("STLS comes before UTF8") }
        ending.action = .startTLS
        isSecure = true
        user = nil
        return .ok("Begin TLS")
    }
}
