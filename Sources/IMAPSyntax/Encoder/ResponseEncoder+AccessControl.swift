// What the commands about access control lists answer.

extension ResponseEncoder {
    ///     acl-data = "ACL" SP mailbox *(SP identifier SP rights)
    mutating func append(accessOf mailbox: MailboxName, _ entries: [AccessEntry]) {
        append(mailbox: mailbox)
        for entry in entries {
            appendSpace()
            append(astring: entry.identifier)
            appendSpace()
            append(astring: entry.rights)
        }
    }

    ///     listrights-data = "LISTRIGHTS" SP mailbox SP identifier SP rights *(SP rights)
    mutating func append(
        rightsOf mailbox: MailboxName, identifier: [UInt8], required: [UInt8], optional: [[UInt8]]
    ) {
        append(mailbox: mailbox)
        for rights in [identifier, required] + optional {
            appendSpace()
            append(astring: rights)
        }
    }

    ///     myrights-data = "MYRIGHTS" SP mailbox SP rights
    mutating func append(rightsOf mailbox: MailboxName, _ rights: [UInt8]) {
        append(mailbox: mailbox)
        appendSpace()
        append(astring: rights)
    }
}
