import IMAPSyntax

extension Session {
    /// RFC 9051 6.1.2, and CHECK (RFC 3501 6.4.1): asks the store what is new.
    mutating func noop() async throws -> Completion {
        if selected != nil, !isDeaf {
            try await synchronize(SyncScope(expunging: true, showingUIDs: false, isFresh: true))
        }
        return .ok(ResponseText("Done"))
    }
}
