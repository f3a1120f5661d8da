/// A mailbox's name within an account: UTF-8, levels separated by `/`, INBOX in any case being INBOX.
package struct MailboxPath: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The hierarchy separator.
    package static let separator = UInt8(ascii: "/")
    /// Longest name in bytes, as the column holds it.
    package static let maximumLength = 1000
    /// Most levels of hierarchy.
    package static let maximumDepth = 32
    /// The mailbox that every account has (RFC 9051 5.1).
    package static let inbox = MailboxPath(unchecked: Array("INBOX".utf8))

    /// The name's bytes, UTF-8.
    package let bytes: [UInt8]

    private init(unchecked bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// A name as it comes from a row.
    init(stored bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Checks and normalises a name.
    ///
    /// Refuses what no client could list again: empty names and levels, control characters, the wildcards `%` and `*`,
    /// bytes that are no UTF-8, too many bytes or levels.
    package init(_ bytes: [UInt8]) throws(StoreError) {
        guard !bytes.isEmpty else { throw StoreError(.invalid("mailbox name is empty")) }
        guard bytes.count <= Self.maximumLength else { throw StoreError(.invalid("mailbox name is too long")) }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw StoreError(.invalid("mailbox name is not UTF-8"))
        }
        for scalar in text.unicodeScalars {
            if scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || [0x2028, 0x2029].contains(scalar.value) {
                throw StoreError(.invalid("mailbox name has a control character"))
            }
        }
        guard !bytes.contains(UInt8(ascii: "%")), !bytes.contains(UInt8(ascii: "*")) else {
            throw StoreError(.invalid("mailbox name has a wildcard"))
        }
        var levels = bytes.split(separator: Self.separator, omittingEmptySubsequences: false)
        guard levels.allSatisfy({ !$0.isEmpty }) else {
            throw StoreError(.invalid("mailbox name has an empty level"))
        }
        guard levels.count <= Self.maximumDepth else { throw StoreError(.invalid("mailbox name has too many levels")) }
        if Self.isInbox(levels[0]) {
            levels[0] = Self.inbox.bytes[...]
        }
        self.bytes = Array(levels.joined(separator: [Self.separator]))
    }

    /// A name written as a string.
    package init(_ name: String) throws(StoreError) {
        try self.init(Array(name.utf8))
    }

    package var isInbox: Bool { self == .inbox }

    /// The names above it, outermost first: `a/b/c` has `a` and `a/b`.
    package var superiors: [MailboxPath] {
        bytes.indices.filter { bytes[$0] == Self.separator }.map { MailboxPath(unchecked: Array(bytes[..<$0])) }
    }

    /// Whether it lies below `other` in the hierarchy.
    package func isInferior(to other: MailboxPath) -> Bool {
        bytes.count > other.bytes.count && bytes[other.bytes.count] == Self.separator && bytes.starts(with: other.bytes)
    }

    package var description: String { String(decoding: bytes, as: UTF8.self) }

    package static func < (left: Self, right: Self) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }

    private static func isInbox(_ level: ArraySlice<UInt8>) -> Bool {
        level.count == 5 && zip(level, inbox.bytes).allSatisfy { $0 & 0xDF == $1 }
    }
}
