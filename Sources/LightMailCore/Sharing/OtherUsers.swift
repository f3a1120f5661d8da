/// Where the mailboxes of others stand among the names that an account sees: `Other Users/ADDRESS/MAILBOX` (RFC 2342).
package enum OtherUsers {
    /// What the names of others' mailboxes begin with.
    package static let prefix = Array("Other Users/".utf8)

    /// Whether the name is that of the namespace, or of something in it.
    package static func contains(_ path: MailboxPath) -> Bool {
        (path.bytes + [MailboxPath.separator]).starts(with: prefix)
    }

    /// The owner's address and the name that the owner has for it; nil for what names no mailbox there.
    static func split(_ path: MailboxPath) -> (owner: [UInt8], path: MailboxPath)? {
        guard path.bytes.starts(with: prefix) else { return nil }
        let rest = path.bytes.dropFirst(prefix.count)
        guard let slash = rest.firstIndex(of: MailboxPath.separator) else { return nil }
        // INBOX in any case is the owner's INBOX, too.
        guard let inner = try? MailboxPath(Array(rest[(slash + 1)...])) else { return nil }
        return (Array(rest[..<slash]), inner)
    }

    /// The name that others have for a mailbox; nil where its owner's address cannot be a level of a name.
    static func path(owner: [UInt8], _ path: MailboxPath) -> MailboxPath? {
        let special: [UInt8] = [MailboxPath.separator, UInt8(ascii: "%"), UInt8(ascii: "*")]
        guard !owner.contains(where: special.contains) else { return nil }
        return MailboxPath(stored: prefix + owner + [MailboxPath.separator] + path.bytes)
    }
}
