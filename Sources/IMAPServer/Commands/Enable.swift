import IMAPSyntax

extension Session {
    /// RFC 9051 6.3.1. Mailbox names are UTF-8 from then on.
    mutating func enable(_ names: [String]) -> Completion {
        var enabled: [String] = []
        if names.contains("IMAP4REV2") {
            isRev2 = true
            parserOptions.usesUTF8 = true
            out.usesUTF8 = true
            enabled.append("IMAP4rev2")
        }
        out.append(.enabled(enabled))
        return .ok(ResponseText("Done"))
    }
}
