import IMAPSyntax
import LightMailCore

extension Session {
    /// RFC 9051 6.3.10: one namespace, the account's own, without a prefix.
    mutating func namespace() -> Completion {
        guard let root = MailboxName("") else { return .ok(ResponseText("Done")) }
        out.append(
            .namespace(
                personal: [NamespaceDescription(prefix: root, delimiter: MailboxPath.separator)], otherUsers: [],
                shared: []))
        return .ok(ResponseText("Done"))
    }
}
