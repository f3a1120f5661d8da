import POP3Syntax

extension Session {
    /// RFC 1939 7. Whether there is such a user, only PASS tells.
    mutating func user(_ name: String) throws(CommandFailure) -> Reply {
        try requirePrivacy()
        user = name
        return .ok("Password?")
    }
}
