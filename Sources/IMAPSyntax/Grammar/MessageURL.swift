// The IMAP URLs that CATENATE takes: of a message, or a part of one, of the user's own mailboxes on this server.

/// A relative IMAP URL of a message or a part of it, resolved.
///
/// RFC 4469 3, RFC 2192
///
///     imessagepart  = enc-mailbox [";UIDVALIDITY=" nz-number] "/;UID=" nz-number ["/;SECTION=" enc-section]
///                     ["/;PARTIAL=" number ["." nz-number]]
///
/// It begins with "/" and then stands for itself, or is relative to the selected mailbox. Whatever has a scheme or a
/// server is refused, and so is anything else that names no message.
package struct MessageURL: Hashable, Sendable {
    package var mailbox: MailboxName
    package var uidValidity: UInt32?
    package var uid: UInt32
    package var section: SectionSpec
    package var partial: Partial?

    /// Longest URL that is looked at, in bytes.
    package static let maximumLength = 4096

    /// Reads a URL; nil for one that is no relative URL of a message.
    ///
    /// - Parameter base: the selected mailbox, if there is one.
    package init?(_ url: [UInt8], base: MailboxName?, options: ParserOptions = ParserOptions()) {
        guard url.count <= MessageURL.maximumLength, url.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        var components = url.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)[...]
        let isAbsolute = components.count > 1 && components.first?.isEmpty == true
        if isAbsolute { components.removeFirst() }
        guard let place = components.firstIndex(where: { MessageURL.argument("UID", of: $0) != nil }),
            let uid = MessageURL.argument("UID", of: components[place]).flatMap(MessageURL.number)
        else { return nil }
        self.uid = uid
        section = .whole

        let path = components[..<place]
        if let last = path.last, let cut = MessageURL.start(of: "UIDVALIDITY", in: last) {
            guard let number = MessageURL.argument("UIDVALIDITY", of: last[cut...]).flatMap(MessageURL.number) else {
                return nil
            }
            uidValidity = number
            guard let name = MessageURL.name(Array(path.dropLast()) + [last[..<cut]], isAbsolute, base) else {
                return nil
            }
            mailbox = name
        } else {
            guard let name = MessageURL.name(Array(path), isAbsolute, base) else { return nil }
            mailbox = name
        }
        guard readPart(components[(place + 1)...], options) else { return nil }
    }

    private mutating func readPart(_ components: ArraySlice<ArraySlice<UInt8>>, _ options: ParserOptions) -> Bool {
        var rest = components
        if let last = rest.last, let text = MessageURL.argument("PARTIAL", of: last) {
            guard let range = MessageURL.partialRange(text) else { return false }
            partial = range
            rest.removeLast()
        }
        guard let first = rest.first else { return true }
        // A slash may stand in a section as it is.
        guard let start = MessageURL.argument("SECTION", of: first), !start.isEmpty,
            let text = MessageURL.decoded(Array(([start] + rest.dropFirst()).joined(separator: [UInt8(ascii: "/")])))
        else { return false }
        var cursor = Cursor(Array("[".utf8) + text + Array("]".utf8), options: options)
        do throws(SyntaxError) {
            section = try cursor.section()
            try cursor.end()
            return true
        } catch {
            return false
        }
    }

    /// Where `;NAME=` begins in a component; nil when it is not there.
    private static func start(of name: String, in component: ArraySlice<UInt8>) -> Int? {
        var position = component.startIndex
        while let semicolon = component[position...].firstIndex(of: UInt8(ascii: ";")) {
            if argument(name, of: component[semicolon...]) != nil { return semicolon }
            position = semicolon + 1
        }
        return nil
    }

    /// What follows `;NAME=` at the beginning of a component; nil when it does not begin so.
    private static func argument(_ name: String, of component: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        let mark = Array(";\(name)=".utf8)
        guard component.count >= mark.count,
            component.prefix(mark.count).elementsEqual(mark, by: { ByteClass.upper($0) == $1 })
        else { return nil }
        return component.dropFirst(mark.count)
    }

    ///     nz-number
    private static func number(_ text: ArraySlice<UInt8>) -> UInt32? {
        guard text.first != UInt8(ascii: "0"), !text.isEmpty, text.allSatisfy(ByteClass.isDigit) else { return nil }
        return UInt32(String(decoding: text, as: UTF8.self))
    }

    ///     partial-range = number ["." nz-number]
    private static func partialRange(_ text: ArraySlice<UInt8>) -> Partial? {
        let numbers = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard (1...2).contains(numbers.count), numbers.allSatisfy({ !$0.isEmpty && $0.allSatisfy(ByteClass.isDigit) }),
            let offset = UInt64(String(decoding: numbers[0], as: UTF8.self))
        else { return nil }
        guard numbers.count == 2 else { return Partial(offset: offset, length: .max) }
        guard let length = UInt64(String(decoding: numbers[1], as: UTF8.self)), length > 0 else { return nil }
        return Partial(offset: offset, length: length)
    }

    /// The mailbox that a path names.
    private static func name(
        _ path: [ArraySlice<UInt8>], _ isAbsolute: Bool, _ base: MailboxName?
    ) -> MailboxName? {
        guard !path.isEmpty else { return isAbsolute ? nil : base }
        let isPlain = path.allSatisfy { $0 != [UInt8(ascii: ".")] && !$0.elementsEqual("..".utf8) && !$0.isEmpty }
        // A colon before any slash ends a scheme.
        guard isPlain, isAbsolute || path.first?.contains(UInt8(ascii: ":")) == false,
            let name = decoded(Array(path.joined(separator: [UInt8(ascii: "/")])))
        else { return nil }
        guard !isAbsolute, let base, let slash = base.utf8.lastIndex(of: UInt8(ascii: "/")) else {
            return MailboxName(utf8: name)
        }
        return MailboxName(utf8: base.utf8[...slash] + name)
    }

    /// The text without its percent-encoding; nil when that is malformed.
    private static func decoded(_ text: [UInt8]) -> [UInt8]? {
        var result: [UInt8] = []
        var rest = text[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                result.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(nibble), let low = rest.popFirst().flatMap(nibble) else {
                return nil
            }
            result.append(high << 4 | low)
        }
        return result
    }

    private static func nibble(_ digit: UInt8) -> UInt8? {
        switch ByteClass.upper(digit) {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): ByteClass.upper(digit) - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
