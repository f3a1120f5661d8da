// Arguments of the commands about access control lists (RFC 4314 7).

extension Cursor {
    ///     setacl = "SETACL" SP mailbox SP identifier SP mod-rights
    mutating func setACL() throws(SyntaxError) -> Command {
        let (mailbox, identifier) = try mailboxAndIdentifier()
        try space()
        return .setACL(mailbox, identifier: identifier, try rightsModification())
    }

    ///     deleteacl  = "DELETEACL" SP mailbox SP identifier
    ///     listrights = "LISTRIGHTS" SP mailbox SP identifier
    ///     identifier = astring
    mutating func mailboxAndIdentifier() throws(SyntaxError) -> (MailboxName, [UInt8]) {
        let mailbox = try mailbox()
        try space()
        let start = position
        let identifier = try astring()
        guard !identifier.isEmpty, String(validating: identifier, as: UTF8.self) != nil else {
            throw SyntaxError(.invalid("identifier"), offset: start)
        }
        return (mailbox, identifier)
    }

    ///     mod-rights = astring
    private mutating func rightsModification() throws(SyntaxError) -> RightsModification {
        let start = position
        var rights = try astring()
        var operation = RightsModification.Operation.replace
        if rights.first == UInt8(ascii: "+") { operation = .add }
        if rights.first == UInt8(ascii: "-") { operation = .remove }
        if operation != .replace { rights.removeFirst() }
        let isLowerCase = rights.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        guard isLowerCase else { throw SyntaxError(.invalid("rights"), offset: start) }
        return RightsModification(operation, rights)
    }
}
