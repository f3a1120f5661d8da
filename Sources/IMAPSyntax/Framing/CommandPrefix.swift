// Reads from the first bytes of a command what the framer must know before the parser sees it.

enum CommandPrefix {
    /// The longest tag that is read back in replies to commands that broke a bound.
    static let maximumTagLength = 128

    /// The tag at the beginning of a command; nil when there is none, or no space after it.
    ///
    ///     tag = 1*<any ASTRING-CHAR except "+">
    static func tag(of command: some Collection<UInt8>) -> String? {
        let tag = command.prefix(maximumTagLength + 1).prefix { isTagCharacter($0) }
        guard !tag.isEmpty, tag.count <= maximumTagLength, tag.endIndex != command.endIndex,
            command[tag.endIndex] == UInt8(ascii: " ")
        else { return nil }
        return String(decoding: tag, as: UTF8.self)
    }

    static func isTagCharacter(_ byte: UInt8) -> Bool {
        ByteClass.isAStringCharacter(byte) && byte != UInt8(ascii: "+")
    }

    /// Whether the literal that ends `command` belongs to what an APPEND or REPLACE appends. A literal where the mailbox
    /// stands is its name; every one after it is streamed.
    static func announcesMessage(_ command: [UInt8]) -> Bool {
        let afterTag = command.drop { isTagCharacter($0) }
        guard let argument = mailboxArgument(afterTag) else { return false }
        return argument.first != UInt8(ascii: "{") || LiteralAnnouncement.find(in: firstLine(argument)) == nil
            || firstLine(argument).endIndex != command.endIndex
    }

    /// What follows `APPEND `, or `REPLACE ` and its number, in a command without its tag; nil for other commands.
    private static func mailboxArgument(_ command: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        if let arguments = drop(" APPEND ", from: command) { return arguments }
        guard let arguments = drop(" REPLACE ", from: command) ?? drop(" UID REPLACE ", from: command) else {
            return nil
        }
        let afterNumber = arguments.drop(while: ByteClass.isDigit)
        return afterNumber.first == UInt8(ascii: " ") ? afterNumber.dropFirst() : nil
    }

    private static func drop(_ word: String, from command: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        let count = word.utf8.count
        guard command.prefix(count).elementsEqual(word.utf8, by: { ByteClass.upper($0) == $1 }) else { return nil }
        return command.dropFirst(count)
    }

    private static func firstLine(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else { return bytes }
        return bytes[...end]
    }
}
