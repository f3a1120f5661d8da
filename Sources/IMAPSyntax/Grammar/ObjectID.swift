// Identifiers that the server gives to mailboxes, messages and threads.

/// RFC 8474 7
///
///     objectid = 1*255(ALPHA / DIGIT / "_" / "-")
package struct ObjectID: Hashable, Sendable {
    package let string: String

    /// What an identifier is of; the letter before the number keeps the kinds apart (RFC 8474 5.2).
    package enum Kind: String, Sendable {
        case mailbox = "F"
        case email = "M"
        case thread = "T"
    }

    /// The identifier of what has a number.
    package init(_ kind: Kind, _ number: UInt64) {
        string = kind.rawValue + String(number)
    }

    /// Nil when `string` is empty, longer than 255 or holds another character.
    package init?(_ string: String) {
        guard (1...255).contains(string.utf8.count), string.utf8.allSatisfy(ObjectID.allows) else { return nil }
        self.string = string
    }

    private static func allows(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
