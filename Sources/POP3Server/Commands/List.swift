import POP3Syntax

extension Session {
    /// RFC 1939 5. The size is the octets that RETR sends, before dots are stuffed.
    mutating func list(_ number: MessageNumber?) async throws -> Reply? {
        let maildrop = try requireMaildrop()
        guard let number else {
            write(.ok(maildrop.summary))
            try await writeListing(of: maildrop) { "\($0 + 1) \(maildrop.size(at: $0))" }
            return nil
        }
        return .ok("\(number) \(maildrop.size(at: try maildrop.position(of: number)))")
    }

    /// A line for each message that is not marked, sent as the client reads them: a large maildrop's listing is never in
    /// memory whole.
    mutating func writeListing(of maildrop: Maildrop, _ line: (Int) -> String) async throws {
        for position in maildrop.positions where !maildrop.isMarked(position) {
            Listing.append(line(position), to: &out)
            try await flush()
        }
        out += Listing.end
    }
}
