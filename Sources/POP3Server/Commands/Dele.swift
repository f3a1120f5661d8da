import POP3Syntax

extension Session {
    /// RFC 1939 5. The message is removed at QUIT.
    mutating func delete(_ number: MessageNumber) throws(CommandFailure) -> Reply {
        let position = try requireMaildrop().position(of: number)
        maildrop?.mark(position)
        return .ok("Message \(number) will be deleted")
    }
}
