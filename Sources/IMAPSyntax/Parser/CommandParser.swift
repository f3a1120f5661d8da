// Bytes of a whole command to its value. Pure: what a command means is decided elsewhere.

/// Reads commands as `CommandFramer` cuts them.
package struct CommandParser: Sendable {
    /// May change between commands, such as when UTF-8 is enabled.
    package var options: ParserOptions

    package init(options: ParserOptions = ParserOptions()) {
        self.options = options
    }

    /// The command in `bytes`: its lines with their ends, and its literals. For APPEND and REPLACE these are the bytes up to
    /// and with the announcement of the first octets (`StreamedLiteral.prefix`).
    package func parse(_ bytes: [UInt8]) throws(SyntaxError) -> TaggedCommand {
        var cursor = Cursor(bytes, options: options)
        guard let tag = CommandPrefix.tag(of: bytes) else {
            throw SyntaxError(.tag, offset: 0)
        }
        cursor.advance(tag.utf8.count + 1)
        do throws(SyntaxError) {
            let command = try cursor.command()
            try cursor.end()
            return TaggedCommand(tag: tag, command: command)
        } catch {
            throw SyntaxError(error.reason, offset: error.offset, tag: tag)
        }
    }

    /// What an APPEND or REPLACE says behind a literal, up to the next one or its end. Offsets count from the literal's
    /// end.
    package func parseAppend(_ rest: [UInt8], after literal: AppendLiteral) throws(SyntaxError) -> AppendSegment {
        var cursor = Cursor(rest, options: options)
        let segment = try cursor.appendSegment(after: literal)
        try cursor.end()
        return segment
    }
}

extension Cursor {
    /// Everything after the tag.
    mutating func command() throws(SyntaxError) -> Command {
        let start = position
        let name = try keyword("a command")
        switch name {
        case "CAPABILITY": return .capability
        case "NOOP": return .noop
        case "LOGOUT": return .logout
        case "STARTTLS": return .startTLS
        case "NAMESPACE": return .namespace
        case "IDLE": return .idle
        case "CHECK": return .check
        case "CLOSE": return .close
        case "UNSELECT": return .unselect
        case "UNAUTHENTICATE": return .unauthenticate
        case "EXPUNGE": return .expunge
        default: break
        }
        guard Cursor.takesArguments(name) else { throw SyntaxError(.unknownCommand, offset: start) }
        try space()
        return try arguments(of: name)
    }

    private static func takesArguments(_ name: String) -> Bool {
        switch name {
        case "ID", "AUTHENTICATE", "LOGIN", "ENABLE", "SELECT", "EXAMINE", "CREATE", "DELETE", "RENAME", "SUBSCRIBE",
            "UNSUBSCRIBE", "LIST", "LSUB", "STATUS", "APPEND", "CANCELUPDATE", "ESEARCH", "SEARCH", "SORT", "THREAD",
            "FETCH", "STORE", "COPY", "MOVE", "UID", "REPLACE", "COMPRESS", "GETQUOTA", "GETQUOTAROOT", "SETQUOTA",
            "GETMETADATA", "SETMETADATA", "NOTIFY", "SETACL", "DELETEACL", "GETACL", "LISTRIGHTS", "MYRIGHTS":
            true
        default: false
        }
    }

    private mutating func arguments(of name: String) throws(SyntaxError) -> Command {
        switch name {
        case "ID": return try id()
        case "AUTHENTICATE": return try authenticate()
        case "LOGIN": return try login()
        case "ENABLE":
            return .enable(
                try list("capabilities") { cursor throws(SyntaxError) in
                    try cursor.keyword("a capability")
                })
        case "SELECT": return .select(try mailbox(), try selectParameters())
        case "EXAMINE": return .examine(try mailbox(), try selectParameters())
        case "CREATE": return try create()
        case "DELETE": return .delete(try mailbox())
        case "RENAME": return try rename()
        case "SUBSCRIBE": return .subscribe(try mailbox())
        case "UNSUBSCRIBE": return .unsubscribe(try mailbox())
        case "LIST": return try list()
        case "LSUB": return try lsub()
        case "STATUS": return try status()
        case "APPEND": return .append(try append())
        case "COMPRESS": return .compress(algorithm: try keyword("an algorithm"))
        case "NOTIFY": return try notify()
        case "CANCELUPDATE": return .cancelUpdate(try cancelledTags())
        case "ESEARCH": return .multiSearch(try multiSearch())
        case "GETQUOTA": return try getQuota()
        case "GETQUOTAROOT": return try getQuotaRoot()
        case "SETQUOTA": return try setQuota()
        case "SETACL": return try setACL()
        case "DELETEACL":
            let (mailbox, identifier) = try mailboxAndIdentifier()
            return .deleteACL(mailbox, identifier: identifier)
        case "GETACL": return .getACL(try mailbox())
        case "LISTRIGHTS":
            let (mailbox, identifier) = try mailboxAndIdentifier()
            return .listRights(mailbox, identifier: identifier)
        case "MYRIGHTS": return .myRights(try mailbox())
        case "GETMETADATA": return try getMetadata()
        case "SETMETADATA": return try setMetadata()
        case "UID": return try uidCommand()
        default: return try messageCommand(name, uid: false)
        }
    }

    ///     uid = "UID" SP (copy / move / fetch / search / sort / thread / store / uid-expunge / replace)
    private mutating func uidCommand() throws(SyntaxError) -> Command {
        let start = position
        let name = try keyword("a command after UID")
        switch name {
        case "EXPUNGE":
            try space()
            return .uidExpunge(try sequenceSet())
        case "COPY", "MOVE", "FETCH", "SEARCH", "SORT", "THREAD", "STORE", "REPLACE":
            try space()
            return try messageCommand(name, uid: true)
        default:
            throw SyntaxError(.unknownCommand, offset: start)
        }
    }

    private mutating func messageCommand(_ name: String, uid: Bool) throws(SyntaxError) -> Command {
        switch name {
        case "SEARCH": return .search(try search(), uid: uid)
        case "SORT": return .sort(try sort(), uid: uid)
        case "THREAD": return .thread(try thread(), uid: uid)
        case "FETCH": return .fetch(try fetch(uid: uid), uid: uid)
        case "STORE": return .store(try store(), uid: uid)
        case "REPLACE": return try replace(uid: uid)
        case "COPY":
            let (messages, mailbox) = try messagesAndMailbox()
            return .copy(messages, to: mailbox, uid: uid)
        default:
            let (messages, mailbox) = try messagesAndMailbox()
            return .move(messages, to: mailbox, uid: uid)
        }
    }

    ///     copy = "COPY" SP sequence-set SP mailbox
    ///     move = "MOVE" SP sequence-set SP mailbox
    private mutating func messagesAndMailbox() throws(SyntaxError) -> (SequenceSet, MailboxName) {
        let messages = try sequenceSet()
        try space()
        return (messages, try mailbox())
    }
}
