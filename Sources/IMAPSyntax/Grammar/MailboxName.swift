// The name of a mailbox as the store keeps it: UTF-8, INBOX in capitals. How it travels on the wire (modified UTF-7 or
// UTF-8) is decided by parser and encoder.

/// A mailbox name in UTF-8.
///
/// RFC 9051 5.1
///
///     mailbox = "INBOX" / astring
///
/// INBOX is case-insensitive, so every spelling of it, alone or as first component, becomes "INBOX". Names compare as
/// bytes. The name may be empty (LIST takes an empty reference); other commands find no such mailbox.
package struct MailboxName: Hashable, Sendable {
    /// Well-formed UTF-8 without NUL.
    package let utf8: [UInt8]

    /// The one mailbox that every account has.
    package static let inbox = MailboxName(unchecked: inboxBytes)

    /// Takes a name in UTF-8; nil when the bytes are not well-formed UTF-8 or hold a NUL.
    ///
    /// - Parameter delimiter: the hierarchy delimiter; ends the first component for the INBOX rule.
    package init?(utf8 bytes: some Collection<UInt8>, delimiter: UInt8 = UInt8(ascii: "/")) {
        guard !bytes.contains(0), UTF8Validation.isWellFormed(bytes) else { return nil }
        var name = Array(bytes)
        if MailboxName.beginsWithInbox(name, delimiter: delimiter) {
            name.replaceSubrange(0..<5, with: MailboxName.inboxBytes)
        }
        utf8 = name
    }

    /// Takes a name from a string; nil when it holds a NUL.
    package init?(_ string: String, delimiter: UInt8 = UInt8(ascii: "/")) {
        self.init(utf8: string.utf8, delimiter: delimiter)
    }

    private init(unchecked bytes: [UInt8]) {
        utf8 = bytes
    }

    package var string: String { String(decoding: utf8, as: UTF8.self) }

    package var isInbox: Bool { utf8 == MailboxName.inboxBytes }

    /// Whether the name holds a character that RFC 6855 3 and RFC 9051 5.1 forbid in new mailboxes: C0 and C1 controls,
    /// DEL, and the line and paragraph separators U+2028 and U+2029. CREATE and RENAME refuse such a name.
    package var holdsForbiddenCharacter: Bool {
        string.unicodeScalars.contains { scalar in
            switch scalar.value {
            case 0x00...0x1F, 0x7F...0x9F, 0x2028, 0x2029: true
            default: false
            }
        }
    }

    private static let inboxBytes = Array("INBOX".utf8)

    /// Whether the first component is INBOX in any case.
    static func beginsWithInbox(_ name: some RandomAccessCollection<UInt8>, delimiter: UInt8) -> Bool {
        guard name.count >= 5, zip(name, inboxBytes).allSatisfy({ $0 & 0xDF == $1 }) else { return false }
        return name.count == 5 || name[name.index(name.startIndex, offsetBy: 5)] == delimiter
    }
}

extension MailboxName: CustomStringConvertible {
    package var description: String { string }
}
