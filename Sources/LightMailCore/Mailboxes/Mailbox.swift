/// A mailbox as a client can know it: its name, its counters, its place in time.
package struct Mailbox: Sendable, Hashable {
    package let id: MailboxID
    package let account: AccountID
    package let name: MailboxPath
    package let specialUse: SpecialUse
    package let uidValidity: UInt32
    /// The UID that the next message will get.
    package let uidNext: UID
    /// No session has been told of this UID and those above it (\Recent, RFC 3501 2.3.2).
    package let firstRecentUID: UID
    package let highestModSeq: ModSeq
    /// Tombstones up to this mod-sequence may have been collected (RFC 7162 3.2.5.2).
    package let collectedModSeq: ModSeq
    package let messages: Int
    package let unseen: Int
    /// Octets of all messages (STATUS SIZE).
    package let bytes: Int
}
