import IMAPSyntax

extension Session {
    /// RFC 5267 4.3.5
    mutating func cancelUpdate(_ tags: [String]) throws(CommandFailure) -> Completion {
        guard let contexts = selected?.contexts, tags.allSatisfy({ tag in contexts.contains { $0.tag == tag } }) else {
            throw .no("No such search")
        }
        selected?.contexts = contexts.filter { !tags.contains($0.tag) }
        return .ok(ResponseText("No further updates"))
    }
}
