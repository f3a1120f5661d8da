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

    /// Whether the literal that ends `command` is the message of an APPEND. A literal right after the command's name is
    /// the name of the mailbox; no other argument of APPEND can be a literal.
    static func announcesMessage(_ command: [UInt8]) -> Bool {
        let afterTag = command.drop { isTagCharacter($0) }
        let name = afterTag.dropFirst().prefix(7)
        guard afterTag.first == UInt8(ascii: " "), name.elementsEqual("APPEND ".utf8, by: { ByteClass.upper($0) == $1 })
        else { return false }
        let argument = afterTag.dropFirst(8)
        return argument.first != UInt8(ascii: "{") || LiteralAnnouncement.find(in: firstLine(argument)) == nil
            || firstLine(argument).endIndex != command.endIndex
    }

    private static func firstLine(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else { return bytes }
        return bytes[...end]
    }
}
