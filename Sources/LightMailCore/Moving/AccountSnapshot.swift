import MariaDBClient

/// All that an account is but its mail, as a backup keeps it.
package struct AccountSnapshot: Sendable, Codable, Equatable {
    package var address: String
    package var isActive: Bool
    /// As crypt(3) writes it; nil where the backup leaves passwords out.
    package var passwordHash: String?
    package var scramVerifier: String?
    package var quotaBytes: UInt64?
    package var quotaMessages: UInt64?
    package var quotaMailboxes: UInt32?
    package var lastUIDValidity: UInt32
    package var aliases: [String]
    package var subscriptions: [String]
    /// Entries that the account keeps of the server (RFC 5464), values in hexadecimal.
    package var metadata: [String: String]
}

/// A mailbox without its messages.
package struct MailboxSnapshot: Sendable, Codable, Equatable {
    package var name: String
    package var specialUse: UInt16
    package var uidValidity: UInt32
    package var uidNext: UInt32
    package var firstRecentUID: UInt32
    package var highestModSeq: UInt64
    /// By bit.
    package var keywords: [Int: String]
    /// Values in hexadecimal.
    package var metadata: [String: String]
    /// As `MailboxRights` has them, by address; `anyone` for all of the domain.
    package var rights: [String: UInt16]

    /// Whether a mailbox can have these numbers (RFC 9051 2.3.1.1, RFC 7162 3.1: a mod-sequence has 63 bits).
    package var isPossible: Bool {
        uidValidity > 0 && uidNext > 0 && highestModSeq <= UInt64(Int64.max) - AccountRestoration.modSeqGap
    }

    /// Whether it can hold a message of these numbers. What was given out while a backup was made may go beyond what
    /// the mailbox's own line says, by less than a restore leaves free.
    package func mayHold(_ message: MessageSnapshot) -> Bool {
        let end = uidNext.addingReportingOverflow(AccountRestoration.uidGap)
        return message.uid > 0 && (end.overflow || message.uid < end.partialValue)
            && message.modSeq <= highestModSeq + AccountRestoration.modSeqGap
            && MessageSnapshot.dates.contains(message.internalDate) && MessageSnapshot.dates.contains(message.savedAt)
    }
}

/// A message's row; its body is an object.
package struct MessageSnapshot: Sendable, Codable, Equatable {
    package var uid: UInt32
    package var flags: UInt8
    package var keywords: UInt64
    package var modSeq: UInt64
    /// Seconds since 1970.
    package var internalDate: Int64
    package var savedAt: Int64
    /// In hexadecimal.
    package var deliveredTo: String?
    /// The object's number in the source's database: copies share one.
    package var object: UInt64
    package var size: UInt64
    /// In hexadecimal.
    package var sha256: String
    /// Whether another message of the account has the same object.
    package var isShared: Bool

    /// The years 1000 to 9999, which MySQL can keep.
    fileprivate static let dates: ClosedRange<Int64> = -30_610_224_000...253_402_300_799
}
