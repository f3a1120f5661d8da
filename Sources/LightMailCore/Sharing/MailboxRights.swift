/// What somebody may do in a mailbox (RFC 4314 2.1), as the row keeps it. Refuses letters that are no right.
package struct MailboxRights: OptionSet, Sendable, Hashable {
    package let rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    /// l: the mailbox is listed.
    package static let lookUp = MailboxRights(rawValue: 1)
    /// r: SELECT, STATUS, and reading messages.
    package static let read = MailboxRights(rawValue: 2)
    /// s: \Seen.
    package static let seen = MailboxRights(rawValue: 4)
    /// w: flags other than \Seen and \Deleted.
    package static let write = MailboxRights(rawValue: 8)
    /// i: APPEND, and COPY into it.
    package static let insert = MailboxRights(rawValue: 16)
    /// p: mail to the mailbox's own address. Kept for clients that set it; no mailbox has an address here.
    package static let post = MailboxRights(rawValue: 32)
    /// k: mailboxes below it are made.
    package static let create = MailboxRights(rawValue: 64)
    /// x: the mailbox is deleted or renamed.
    package static let delete = MailboxRights(rawValue: 128)
    /// t: \Deleted.
    package static let deleteMessages = MailboxRights(rawValue: 256)
    /// e: EXPUNGE.
    package static let expunge = MailboxRights(rawValue: 512)
    /// a: others are given rights.
    package static let administer = MailboxRights(rawValue: 1024)

    /// What the owner holds.
    package static let all = MailboxRights(rawValue: 2047)

    /// Whoever holds one of these is told that the mailbox can be changed (RFC 4314 5.2).
    package static let changing: MailboxRights = [.insert, .expunge, .seen, .write, .deleteMessages]

    /// The letters in the order in which they are shown.
    private static let letters: [(letter: UInt8, right: MailboxRights)] = [
        (UInt8(ascii: "l"), .lookUp), (UInt8(ascii: "r"), .read), (UInt8(ascii: "s"), .seen),
        (UInt8(ascii: "w"), .write), (UInt8(ascii: "i"), .insert), (UInt8(ascii: "p"), .post),
        (UInt8(ascii: "k"), .create), (UInt8(ascii: "x"), .delete), (UInt8(ascii: "t"), .deleteMessages),
        (UInt8(ascii: "e"), .expunge), (UInt8(ascii: "c"), [.create, .delete]),
        (UInt8(ascii: "d"), [.deleteMessages, .expunge]), (UInt8(ascii: "a"), .administer),
    ]

    /// - Parameter letters: c stands for k and x, d for t and e (RFC 4314 2.1.1).
    /// - Returns: nil when one of them is no right.
    package init?(letters: some Sequence<UInt8>) {
        self = []
        for letter in letters {
            guard let known = Self.letters.first(where: { $0.letter == letter }) else { return nil }
            formUnion(known.right)
        }
    }

    /// The letters; with c and d where one of those that they stand for is there (RFC 4314 2.1.1).
    package var letters: [UInt8] { Self.letters.filter { !isDisjoint(with: $0.right) }.map(\.letter) }

    /// Each letter by itself: no right is tied to another.
    package static var singleLetters: [[UInt8]] { letters.map { [$0.letter] } }

    /// The system flags that its holder may change (RFC 4314 4).
    package var flags: MessageFlags {
        var flags: MessageFlags = []
        if contains(.seen) { flags.insert(.seen) }
        if contains(.deleteMessages) { flags.insert(.deleted) }
        if contains(.write) { flags.formUnion([.answered, .flagged, .draft]) }
        return flags
    }
}
