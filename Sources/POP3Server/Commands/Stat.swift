import POP3Syntax

extension Session {
    /// RFC 1939 5. Messages that are marked as deleted are not counted.
    func stat() throws(CommandFailure) -> Reply {
        let maildrop = try requireMaildrop()
        return .ok("\(maildrop.count) \(maildrop.octets)")
    }
}
