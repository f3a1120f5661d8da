import POP3Syntax

extension Session {
    /// RFC 1939 7
    mutating func uniqueIDs(_ number: MessageNumber?) async throws -> Reply? {
        let maildrop = try requireMaildrop()
        guard let number else {
            write(.ok("Unique ids follow"))
            try await writeListing(of: maildrop) { "\($0 + 1) \(maildrop.uniqueID(at: $0))" }
            return nil
        }
        return .ok("\(number) \(maildrop.uniqueID(at: try maildrop.position(of: number)))")
    }
}
