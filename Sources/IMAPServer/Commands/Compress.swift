import IMAPSyntax

extension Session {
    /// RFC 4978 3. The reply is the last that is not compressed.
    mutating func compress(_ algorithm: String, _ ending: inout Ending) throws(CommandFailure) -> Completion {
        guard service.limits.offersCompression else { throw .bad("Compression is not offered") }
        guard algorithm == "DEFLATE" else { throw .bad("No such algorithm") }
        if isCompressed { throw .no("DEFLATE is active already", .compressionActive) }
        isCompressed = true
        ending.action = .compress
        return .ok(ResponseText("DEFLATE begins"))
    }
}
