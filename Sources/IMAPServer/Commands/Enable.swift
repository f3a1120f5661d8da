import IMAPSyntax

extension Session {
    /// RFC 9051 6.3.1, RFC 6855 3: mailbox names are UTF-8 from then on. RFC 7162 3.1, 3.2.3 (CONDSTORE, QRESYNC). RFC 9586
    /// 3.1 (UIDONLY).
    mutating func enable(_ names: [String]) -> Completion {
        var enabled: [String] = []
        if names.contains("IMAP4REV2") {
            isRev2 = true
            enabled.append("IMAP4rev2")
        }
        if names.contains("CONDSTORE") { enabled.append("CONDSTORE") }
        if names.contains("QRESYNC") {
            usesQResync = true
            enabled.append("QRESYNC")
        }
        if names.contains("UIDONLY") {
            usesUIDOnly = true
            enabled.append("UIDONLY")
        }
        if names.contains("UTF8=ACCEPT") {
            acceptsUTF8 = true
            enabled.append("UTF8=ACCEPT")
        }
        parserOptions.usesUTF8 = isRev2 || acceptsUTF8
        out.usesUTF8 = parserOptions.usesUTF8
        out.append(.enabled(enabled))
        if enabled.contains("CONDSTORE") || enabled.contains("QRESYNC") { becomeCondStoreAware() }
        return .ok(ResponseText("Done"))
    }
}
