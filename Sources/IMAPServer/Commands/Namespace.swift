import IMAPSyntax
import LightMailCore

extension Session {
    /// RFC 9051 6.3.10: the account's own, without a prefix, and the mailboxes on which others have given it rights.
    mutating func namespace() -> Completion {
        guard let root = MailboxName(""), let others = MailboxName(utf8: OtherUsers.prefix) else {
            return .ok(ResponseText("Done"))
        }
        out.append(
            .namespace(
                personal: [NamespaceDescription(prefix: root, delimiter: MailboxPath.separator)],
                otherUsers: [NamespaceDescription(prefix: others, delimiter: MailboxPath.separator)], shared: []))
        return .ok(ResponseText("Done"))
    }
}
